/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The user stack of the thread that makes an event (a connect, a write), by its hash. */
#pragma once

#include "abi/record.h"
#include "lib/event_ring.bpf.h"
#include "lib/seen_stacks.bpf.h"
#include "lib/user_stack.bpf.h"

/* Returns the hash of the current user stack, having sent its frames when userspace does not know
 * them yet; 0 when there is no stack. Must run in the context of the thread itself. */
static __always_inline __u64 capture_event_stack(void *ctx)
{
	struct stack_buffer *stack = empty_stack_buffer();
	struct user_registers registers = {};
	struct culprit_stack_record *record;
	int have_registers;
	__u32 size;
	__u8 end;

	if (!stack)
		return 0;
	have_registers = read_user_registers(&registers);
	end = push_user_stack(ctx, stack, &registers, have_registers);
	if (stack->count == 0)
		return 0;
	if (stack_was_sent(stack->hash))
		return stack->hash;
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
	return stack->hash;
}
