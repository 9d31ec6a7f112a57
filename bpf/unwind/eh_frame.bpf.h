/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Walks a user stack by the tables that userspace compiles from the files' .eh_frame: code needs no
 * frame pointers. */
#pragma once

#include "lib/stack_buffer.bpf.h"
#include "unwind/unwind_step.bpf.h"

/* What the frame is called by its runtime, if it has one, else its address. */
static __always_inline void push_user_frame(struct stack_buffer *stack, struct unwind_state *state)
{
	if (state->runtimes && push_runtime_frames() == RUNTIME_PUSHED)
		return;
	push_frame(stack, state->ip, CULPRIT_FRAME_NATIVE, state->exact ? CULPRIT_FRAME_EXACT : 0);
}

/* Appends the user frames; enum culprit_stack_end, or UNWIND_PENDING. `state` holds the registers
 * of the innermost frame and says whose they are. */
static __always_inline __u32 walk_unwind_tables(struct stack_buffer *stack,
						struct unwind_state *state)
{
	if (!enter_unwind_space(state))
		return UNWIND_PENDING;
	begin_at(state);
	enter_runtimes(state);
	if (is_32_bit(&state->registers) || !in_mapping(state, state->ip)) {
		push_frame(stack, state->ip, CULPRIT_FRAME_NATIVE,
			   state->exact ? CULPRIT_FRAME_EXACT : 0);
		return is_32_bit(&state->registers) ? CULPRIT_STACK_UNSUPPORTED
						    : CULPRIT_STACK_NO_MAPPING;
	}
	push_user_frame(stack, state);
	if (state->suspected)
		note_place();
	for (int depth = 0; depth < CULPRIT_MAX_USER_FRAMES; depth++) {
		__u32 result = unwind_one_frame();

		if (result != UNWIND_CONTINUES)
			return result;
		if (state->exact)
			make_last_frame_exact(stack);
		push_user_frame(stack, state);
		if (state->suspected)
			note_place();
	}
	return CULPRIT_STACK_DEPTH_LIMIT;
}
