/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The user stack of the thread that makes an event (a connect, a write), by its hash. */
#pragma once

#include "abi/record.h"
#include "lib/event_ring.bpf.h"
#include "lib/repeated_stack.bpf.h"
#include "lib/seen_stacks.bpf.h"
#include "lib/user_stack.bpf.h"

/* Each copy is a stack of its own until it is unwound: a storm of events would fill every map with
 * them. A hundred a second tell where events come from until the tables are there; the others have
 * no stack. */
enum { CULPRIT_EVENT_COPY_INTERVAL_NS = 10000000 };

/* Sends the frames unless userspace knows them. 0 when they found no room. */
static __always_inline int send_event_stack(struct stack_buffer *stack, __u8 end)
{
	struct culprit_stack_record *record;
	__u32 size;

	if (stack_was_sent(stack->hash))
		return 1;
	record = (void *)(stack->headroom + sizeof(stack->headroom) - sizeof(*record));
	record->stack_hash = stack->hash;
	record->record = CULPRIT_RECORD_STACK;
	record->frame_count = stack->count;
	record->kernel_end = 0;
	record->user_end = end;
	size = stack->count;
	if (size > CULPRIT_MAX_FRAMES)
		return 0;
	size = sizeof(*record) + size * sizeof(struct culprit_frame);
	if (bpf_ringbuf_output(&events, record, size, wakeup_flags(&events))) {
		count_loss(CULPRIT_LOSS_STACK_RING_FULL);
		return 0;
	}
	mark_stack_sent(stack->hash);
	return 1;
}

/* Returns the hash of the current user stack, having sent its frames when userspace does not know
 * them yet; 0 when there is no stack. Must run in the context of the thread itself. */
static __always_inline __u64 capture_event_stack(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct unwind_state *state = unwind_state();
	struct stack_buffer *stack;
	int have_registers;
	__u64 hash;
	__u8 end;

	if (!state)
		return 0;
	state->key.address_space = address_space_of(task);
	state->key.process_start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	state->copy_interval_ns = CULPRIT_EVENT_COPY_INTERVAL_NS;
	state->fingerprint = 0;
	have_registers = read_user_registers(&state->registers);
	enter_runtimes(state);
	/* Calls from Python to Python leave the native stack as it is, and so do other runtimes'.
	 */
	if (have_registers && !state->runtimes) {
		hash = repeated_stack_hash();
		if (hash)
			return hash;
	}
	stack = empty_stack_buffer();
	if (!stack)
		return 0;
	end = push_user_stack(ctx, stack, state, have_registers);
	if (end == CULPRIT_STACK_COPIED) {
		send_stack_copy(&events, stack->hash);
		return stack->hash;
	}
	if (stack->count == 0 || !send_event_stack(stack, end))
		return 0;
	/* What had no mapping may have one soon. */
	if (end != CULPRIT_STACK_NO_MAPPING)
		remember_stack(stack->hash);
	return stack->hash;
}
