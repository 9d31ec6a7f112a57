/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* From a frame to its caller: by the rule of the file's table, by the chain of frame pointers where
 * there is none, and by what a call leaves behind in leaf functions that have neither. */
#pragma once

#include "arch/x86_64/unwinding.bpf.h"
#include "runtimes/runtimes.bpf.h"
#include "unwind/arrive.bpf.h"
#include "unwind/find_rule.bpf.h"
#include "unwind/frame_pointer.bpf.h"
#include "unwind/suspects.bpf.h"

static __always_inline int read_return_address(const struct unwind_state *state, __u64 *out,
					       __u64 address)
{
	if (state->suspected && is_watched(state, out, address))
		return 1;
	return read_word(out, address);
}

/* What a function with a frame pointer has saved: at once, unless a word of it is watched. */
static __always_inline int read_saved_frame(const struct unwind_state *state,
					    struct saved_frame *saved, __u64 address)
{
	if (!state->suspected)
		return bpf_probe_read_user(saved, sizeof(*saved), (const void *)address) == 0;
	return read_word(&saved->bp, address) &&
	       read_return_address(state, &saved->ip, address + sizeof(saved->bp));
}

static __always_inline __u32 step_by_frame_pointer(struct unwind_state *state)
{
	struct saved_frame saved;
	__u64 bp = state->bp;

	if (bp == 0)
		return CULPRIT_STACK_COMPLETE;
	if (!is_frame_pointer(bp, state->sp))
		return CULPRIT_STACK_IMPLAUSIBLE;
	if (!read_saved_frame(state, &saved, bp))
		return CULPRIT_STACK_UNREADABLE;
	return arrive(state, saved.ip, bp + sizeof(saved), saved.bp);
}

/* Global, for the registers it reads would take a third of the stack that all functions of a
 * program have together (512 bytes). */
__noinline int step_over_signal(void)
{
	struct unwind_state *state = unwind_state();
	int result;

	if (!state)
		return CULPRIT_STACK_NO_REGISTERS;
	result = leave_signal_frame(state);
	if (result != UNWIND_CONTINUES || in_mapping(state, state->ip))
		return result;
	return CULPRIT_STACK_NO_MAPPING;
}

/* Go's scheduler calls on another stack and leaves bp alone: the chain goes on where the goroutine
 * was. Bounded, for nothing says any more that a chain does not run in circles. */
static __always_inline int may_lie_there(struct unwind_state *state, __u64 bp)
{
	if (is_frame_pointer(bp, state->sp))
		return 1;
	if (!state->other_stacks_left || bp & 7)
		return 0;
	state->other_stacks_left--;
	return 1;
}

/* What bp points to, if it is a frame. The outermost function has cleared bp, as the ABI asks for;
 * what it returns to need not look like a call: Go begins goroutines as if runtime.goexit had
 * called them. */
static __always_inline __u32 step_by_plausible_frame(struct unwind_state *state)
{
	struct saved_frame saved;
	__u64 bp = state->bp;

	if (!read_saved_frame(state, &saved, bp))
		return CULPRIT_STACK_NO_UNWIND_ROWS;
	if (saved.ip && saved.bp && !follows_a_call(saved.ip))
		return CULPRIT_STACK_NO_UNWIND_ROWS;
	if (!may_lie_there(state, bp))
		return CULPRIT_STACK_NO_UNWIND_ROWS;
	return arrive(state, saved.ip, bp + sizeof(saved), saved.bp);
}

/* Code without a row. A function that keeps nothing on the stack has its return address on top of
 * it; a signal handler's caller is known by its code; then the chain of frame pointers. Global:
 * verified once. */
__noinline int step_without_row(void)
{
	struct unwind_state *state = unwind_state();
	__u64 top;
	int result;

	if (!state)
		return CULPRIT_STACK_NO_REGISTERS;
	if (!state->innermost && is_signal_return(state->ip))
		return step_over_signal();
	if (state->innermost && read_return_address(state, &top, state->sp) &&
	    follows_a_call(top)) {
		result = arrive(state, top, state->sp + CULPRIT_RETURN_ADDRESS_SIZE, state->bp);
		if (result == UNWIND_CONTINUES)
			return result;
	}
	if (state->bp == 0)
		return state->innermost ? CULPRIT_STACK_NO_UNWIND_ROWS : CULPRIT_STACK_COMPLETE;
	result = step_by_plausible_frame(state);
	if (result == UNWIND_CONTINUES || result == CULPRIT_STACK_COMPLETE)
		return result;
	return CULPRIT_STACK_NO_UNWIND_ROWS;
}

static __always_inline __u32 find_cfa(__u64 *cfa, const struct unwind_state *state,
				      const struct culprit_unwind_rule *rule)
{
	switch (rule->cfa) {
	case CULPRIT_CFA_STACK_POINTER:
		*cfa = state->sp + rule->cfa_offset;
		return UNWIND_CONTINUES;
	case CULPRIT_CFA_FRAME_POINTER:
		if (!state->bp)
			return CULPRIT_STACK_LOST_REGISTER;
		*cfa = state->bp + rule->cfa_offset;
		return UNWIND_CONTINUES;
	case CULPRIT_CFA_PLT:
		*cfa = plt_frame(state, rule->cfa_offset, rule->extra);
		return UNWIND_CONTINUES;
	case CULPRIT_CFA_LEAF_REGISTER:
		*cfa = any_register(&state->registers, rule->leaf_register) + rule->cfa_offset;
		return UNWIND_CONTINUES;
	case CULPRIT_CFA_READ_STACK:
	case CULPRIT_CFA_READ_FRAME:
		*cfa = rule->cfa == CULPRIT_CFA_READ_STACK ? state->sp : state->bp;
		if (!read_word(cfa, *cfa + rule->cfa_offset))
			return CULPRIT_STACK_UNREADABLE;
		*cfa += rule->extra;
		return UNWIND_CONTINUES;
	}
	return CULPRIT_STACK_UNSUPPORTED;
}

static __always_inline __u32 find_return_address(__u64 *ip, const struct unwind_state *state,
						 const struct culprit_unwind_rule *rule, __u64 cfa)
{
	__s32 offset = -CULPRIT_RETURN_ADDRESS_SIZE;

	if (rule->return_address == CULPRIT_RETURN_IN_REGISTER) {
		if (!state->innermost)
			return CULPRIT_STACK_LOST_REGISTER;
		*ip = any_register(&state->registers, rule->leaf_register);
		return UNWIND_CONTINUES;
	}
	if (rule->return_address == CULPRIT_RETURN_AT_CFA)
		offset = rule->extra;
	return read_return_address(state, ip, cfa + offset) ? UNWIND_CONTINUES
							    : CULPRIT_STACK_UNREADABLE;
}

static __always_inline __u32 find_frame_pointer(__u64 *bp, const struct unwind_state *state,
						const struct culprit_unwind_rule *rule, __u64 cfa)
{
	__u64 place = cfa;

	*bp = 0;
	if (rule->frame_pointer == CULPRIT_REGISTER_UNDEFINED)
		return UNWIND_CONTINUES;
	*bp = state->bp;
	if (rule->frame_pointer == CULPRIT_REGISTER_SAME)
		return UNWIND_CONTINUES;
	if (rule->frame_pointer == CULPRIT_REGISTER_AT_FRAME)
		place = state->bp;
	place += rule->frame_pointer_offset;
	/* Compilers do not say that an epilogue has popped it: then the register has it already. */
	if (place < state->sp)
		return UNWIND_CONTINUES;
	return read_word(bp, place) ? UNWIND_CONTINUES : CULPRIT_STACK_UNREADABLE;
}

/* push %rbp; mov %rsp, %rbp: both saved words side by side, read at once. */
static __always_inline int saves_both_together(const struct culprit_unwind_rule *rule)
{
	return rule->return_address == CULPRIT_RETURN_BELOW_CFA &&
	       rule->frame_pointer == CULPRIT_REGISTER_AT_CFA &&
	       rule->frame_pointer_offset == -(__s32)sizeof(struct saved_frame);
}

/* A register that callees may overwrite locates a caller's frame: assembler that calls helpers of
 * its own, which leave the register alone, is written like that (libcrypto). What the innermost
 * function has in it is believed when it leads up the stack and behind a call. */
static __always_inline int is_kept_register(const struct unwind_state *state, __u64 cfa)
{
	__u64 ip;

	return cfa > state->sp && cfa - state->sp <= CULPRIT_MAX_FRAME_BYTES &&
	       read_return_address(state, &ip, cfa - CULPRIT_RETURN_ADDRESS_SIZE) &&
	       follows_a_call(ip);
}

static __always_inline __u32 step_by_rule(struct unwind_state *state,
					  const struct culprit_unwind_rule *rule)
{
	struct saved_frame caller;
	__u64 cfa = 0;
	__u32 result = find_cfa(&cfa, state, rule);

	if (result != UNWIND_CONTINUES)
		return result;
	if (rule->cfa == CULPRIT_CFA_LEAF_REGISTER && !state->innermost &&
	    !is_kept_register(state, cfa))
		return CULPRIT_STACK_LOST_REGISTER;
	if (cfa < state->sp || (cfa == state->sp && !state->innermost))
		return CULPRIT_STACK_IMPLAUSIBLE;
	if (saves_both_together(rule) && cfa - sizeof(caller) >= state->sp) {
		if (!read_saved_frame(state, &caller, cfa - sizeof(caller)))
			return CULPRIT_STACK_UNREADABLE;
		return arrive(state, caller.ip, cfa, caller.bp);
	}
	result = find_return_address(&caller.ip, state, rule, cfa);
	if (result != UNWIND_CONTINUES)
		return result;
	result = find_frame_pointer(&caller.bp, state, rule, cfa);
	if (result != UNWIND_CONTINUES)
		return result;
	return arrive(state, caller.ip, cfa, caller.bp);
}

static __always_inline const struct culprit_unwind_rule *rule_numbered(__u32 number)
{
	return bpf_map_lookup_elem(&unwind_rules, &number);
}

/* Global: verified once. Moves the state to the caller of the frame it is at; enum
 * culprit_stack_end, or UNWIND_CONTINUES, or UNWIND_PENDING. */
__noinline int unwind_one_frame(void)
{
	struct unwind_state *state = unwind_state();
	const struct culprit_unwind_rule *rule;
	int number;

	if (!state)
		return CULPRIT_STACK_NO_REGISTERS;
	if (state->mapping.table == CULPRIT_TABLE_PENDING)
		return UNWIND_PENDING;
	if (state->mapping.table == CULPRIT_TABLE_JIT) {
		number = state->runtimes ? step_by_runtime() : RUNTIME_KNOWS_NO_WAY;
		return number == RUNTIME_KNOWS_NO_WAY ? step_by_frame_pointer(state) : number;
	}
	if (state->mapping.table == CULPRIT_TABLE_NONE)
		return step_without_row();
	number = find_unwind_rule(address_to_look_up(state));
	if (number == RULE_PENDING)
		return UNWIND_PENDING;
	rule = rule_numbered(number);
	if (!rule || rule->cfa == CULPRIT_CFA_NO_ROW)
		return step_without_row();
	if (rule->cfa == CULPRIT_CFA_OUTERMOST)
		return CULPRIT_STACK_COMPLETE;
	if (rule->cfa == CULPRIT_CFA_SIGNAL)
		return step_over_signal();
	return step_by_rule(state, rule);
}
