/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The user part of the current thread's stack, by the best way this kernel allows. */
#pragma once

#include "lib/stack_buffer.bpf.h"
#include "lib/target_filter.bpf.h"
#include "unwind/frame_pointer.bpf.h"
#include "unwind/stack_copy.bpf.h"

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

/* An address without a mapping may be code that userspace has not heard of yet: worth a copy, as
 * long as the address space has some left. */
static __always_inline int is_worth_a_copy(struct unwind_state *state, __u32 result)
{
	struct culprit_unwind_space *space;

	if (result == UNWIND_PENDING)
		return 1;
	if (result != CULPRIT_STACK_NO_MAPPING || state->space.copies_left <= 0)
		return 0;
	space = bpf_map_lookup_elem(&unwind_spaces, &state->key);
	if (!space || space->copies_left <= 0)
		return 0;
	__sync_fetch_and_add(&space->copies_left, -1);
	return 1;
}

/* When a stack was copied last on this CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} last_stack_copies SEC(".maps");

static __always_inline int copy_is_due(__u32 interval_ns)
{
	__u32 zero = 0;
	__u64 now = bpf_ktime_get_ns();
	__u64 *last;

	if (!interval_ns)
		return 1;
	last = bpf_map_lookup_elem(&last_stack_copies, &zero);
	if (!last || now - *last < interval_ns)
		return 0;
	*last = now;
	return 1;
}

/* The name of a stack that nobody has seen yet: told apart from all others by time and CPU. */
static __always_inline __u64 hash_of_copy(__u64 hash)
{
	hash ^= bpf_ktime_get_ns() ^ ((__u64)bpf_get_smp_processor_id() << 56);
	hash *= 0xFF51AFD7ED558CCDULL;
	return hash ^ hash >> 32;
}

/* Appends the user frames to `stack`; returns enum culprit_stack_end. When that is COPIED, there
 * are none: the caller sends a copy after its record (send_stack_copy). `state` holds the
 * registers and says whose they are. */
static __always_inline __u8 push_user_stack(void *ctx, struct stack_buffer *stack,
					    struct unwind_state *state, int have_registers)
{
	__u32 count = stack->count;
	__u64 hash = stack->hash;
	__u32 result;

	if (!settings.walk_user_stack || !have_registers)
		return push_kernel_walked_user_stack(ctx, stack);
	if (!settings.unwind_tables)
		return walk_frame_pointers(stack, &state->registers);
	result = walk_unwind_tables(stack, state);
	if (!is_worth_a_copy(state, result))
		return result;
	stack->count = count;
	if (!copy_is_due(state->copy_interval_ns)) {
		stack->hash = hash;
		return CULPRIT_STACK_NO_UNWIND_ROWS;
	}
	stack->hash = hash_of_copy(hash);
	return CULPRIT_STACK_COPIED;
}
