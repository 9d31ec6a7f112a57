/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The user part of the current thread's stack, by the best way this kernel allows. */
#pragma once

#include "lib/stack_buffer.bpf.h"
#include "lib/target_filter.bpf.h"
#include "lib/user_registers.bpf.h"
#include "unwind/frame_pointer.bpf.h"

/* The kernel's own walker: by frame pointers too, and safe on kernels that freeze when a program
 * reads user memory from an interrupt (settings.walk_user_stack is 0 there). */
static __always_inline __u8 push_kernel_walked_user_stack(void *ctx, struct stack_buffer *stack)
{
	long bytes = bpf_get_stack(ctx, stack->kernel_addresses, sizeof(stack->kernel_addresses),
				   BPF_F_USER_STACK);
	__u32 count = bytes > 0 ? (__u32)bytes / 8 : 0;

	if (bytes <= 0)
		return CULPRIT_STACK_NO_REGISTERS;
	for (__u32 index = 0; index < CULPRIT_MAX_KERNEL_FRAMES; index++) {
		if (index >= count)
			return CULPRIT_STACK_COMPLETE;
		push_frame(stack, stack->kernel_addresses[index], CULPRIT_FRAME_NATIVE,
			   index == 0 ? CULPRIT_FRAME_EXACT : 0);
	}
	return CULPRIT_STACK_DEPTH_LIMIT;
}

/* Appends the user frames to `stack`; returns enum culprit_stack_end. */
static __always_inline __u8 push_user_stack(void *ctx, struct stack_buffer *stack,
					    const struct user_registers *registers,
					    int have_registers)
{
	if (!settings.walk_user_stack || !have_registers)
		return push_kernel_walked_user_stack(ctx, stack);
	return walk_frame_pointers(stack, registers);
}
