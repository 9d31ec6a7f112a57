/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Walks a user stack by the chain of saved frame pointers: [bp] = caller's bp, [bp + 8] = return
 * address. Code built without frame pointers ends the chain early. */
#pragma once

#include "lib/stack_buffer.bpf.h"
#include "lib/user_registers.bpf.h"

enum {
	/* A function's frame is not larger than this; beyond it, the chain is broken. */
	CULPRIT_MAX_FRAME_BYTES = 8 << 20,
};

struct saved_frame {
	__u64 bp;
	__u64 ip;
};

/* Could a frame lie there, seen from a stack that reaches down to `lowest`? */
static __always_inline int is_frame_pointer(__u64 bp, __u64 lowest)
{
	return bp >= lowest && bp - lowest <= CULPRIT_MAX_FRAME_BYTES && !(bp & 7);
}

static __always_inline __u8 walk_frame_pointers(struct stack_buffer *stack,
						const struct user_registers *registers)
{
	struct saved_frame saved;
	__u64 bp = registers->regs.bp;
	__u64 lowest = registers->regs.sp;

	push_frame(stack, registers->regs.ip, CULPRIT_FRAME_NATIVE, CULPRIT_FRAME_EXACT);
	for (int depth = 0; depth < CULPRIT_MAX_USER_FRAMES; depth++) {
		if (bp == 0)
			return CULPRIT_STACK_COMPLETE;
		if (!is_frame_pointer(bp, lowest))
			return CULPRIT_STACK_IMPLAUSIBLE;
		if (bpf_probe_read_user(&saved, sizeof(saved), (void *)bp))
			return CULPRIT_STACK_UNREADABLE;
		if (saved.ip == 0)
			return CULPRIT_STACK_COMPLETE;
		push_frame(stack, saved.ip, CULPRIT_FRAME_NATIVE, 0);
		lowest = bp + sizeof(saved);
		bp = saved.bp;
	}
	return CULPRIT_STACK_DEPTH_LIMIT;
}
