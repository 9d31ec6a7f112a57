/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* A stack under construction: frames are pushed innermost first, the hash grows with them. Room
 * for a record's header is kept right before the frames, so that both leave in one piece. */
#pragma once

#include "abi/cpu_sample.h"
#include "abi/stack.h"
#include "abi/stack_hash.h"

struct stack_buffer {
	__u64 hash;
	__u32 count;
	__u32 in_softirq; /* a kernel frame lies in the function that serves soft interrupts */
	__u64 kernel_addresses[CULPRIT_MAX_KERNEL_FRAMES + 1];
	__u8 headroom[sizeof(struct culprit_cpu_sample)];
	struct culprit_frame frames[CULPRIT_MAX_FRAMES];
};

/* One per CPU and program: programs of one kind do not nest (the kernel counts what it refuses as
 * recursion misses), and 512 bytes of BPF stack are too few. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack_buffer);
} stack_buffers SEC(".maps");

static __always_inline struct stack_buffer *empty_stack_buffer(void)
{
	__u32 zero = 0;
	struct stack_buffer *stack = bpf_map_lookup_elem(&stack_buffers, &zero);

	if (stack) {
		stack->hash = CULPRIT_EMPTY_STACK_HASH;
		stack->count = 0;
		stack->in_softirq = 0;
	}
	return stack;
}

/* What a signal handler returns to was not called: it may be a function's first instruction. */
static __always_inline void make_last_frame_exact(struct stack_buffer *stack)
{
	__u32 last = stack->count - 1;

	if (last < CULPRIT_MAX_FRAMES)
		stack->frames[last].flags |= CULPRIT_FRAME_EXACT;
}

/* The one that is being filled; for global functions, which take scalars only (5.10). */
static __always_inline struct stack_buffer *current_stack_buffer(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&stack_buffers, &zero);
}

/* A frame of a language runtime: what `address`, `extra` and `check` are is between the runtime's
 * two halves. All of it tells stacks apart. */
static __always_inline void push_runtime_frame(struct stack_buffer *stack, __u64 address,
					       __u32 extra, __u16 check, __u8 kind)
{
	__u32 index = stack->count;
	struct culprit_frame *frame;

	if (index >= CULPRIT_MAX_FRAMES)
		return;
	frame = &stack->frames[index];
	frame->address = address;
	frame->extra = extra;
	frame->check = check;
	frame->kind = kind;
	frame->flags = 0;
	stack->count = index + 1;
	stack->hash = culprit_hash_with_frame(
		stack->hash, address ^ ((__u64)extra << 32) ^ ((__u64)check << 16), kind);
}

static __always_inline void push_frame(struct stack_buffer *stack, __u64 address, __u8 kind,
				       __u8 flags)
{
	__u32 index = stack->count;
	struct culprit_frame *frame;

	if (index >= CULPRIT_MAX_FRAMES)
		return;
	frame = &stack->frames[index];
	frame->address = address;
	frame->extra = 0;
	frame->check = 0;
	frame->kind = kind;
	frame->flags = flags;
	stack->count = index + 1;
	stack->hash = culprit_hash_with_frame(stack->hash, address, kind);
}
