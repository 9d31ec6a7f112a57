/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* A client that retries in a loop, or an application that floods its log, comes from the same place
 * thousands of times a second. When a thread's registers and the innermost bytes of its stack are
 * what they were at an earlier event, so is its stack: it need not be walked again. */
#pragma once

#include "lib/stack_buffer.bpf.h"
#include "unwind/unwind_state.bpf.h"

enum {
	CULPRIT_FINGERPRINT_WORDS = 32,
	CULPRIT_REPEATED_STACKS = 64, /* per CPU and program */
};

struct repeated_stack {
	__u64 ip;
	__u64 sp;
	__u64 bp;
	__u64 fingerprint; /* of the innermost CULPRIT_FINGERPRINT_WORDS of the stack */
	__u64 address_space;
	__u64 stack_hash; /* 0: nothing is kept here */
};

/* Key: thread, modulo the size. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CULPRIT_REPEATED_STACKS);
	__type(key, __u32);
	__type(value, struct repeated_stack);
} repeated_stacks SEC(".maps");

/* Global: verified once. 0 where the stack has fewer bytes. */
__noinline __u64 stack_fingerprint(__u64 sp)
{
	struct stack_buffer *stack = empty_stack_buffer();
	__u64 fingerprint = CULPRIT_EMPTY_STACK_HASH;

	if (!stack ||
	    bpf_probe_read_user(stack->kernel_addresses, CULPRIT_FINGERPRINT_WORDS * sizeof(__u64),
				(const void *)sp))
		return 0;
	for (int word = 0; word < CULPRIT_FINGERPRINT_WORDS; word++) {
		fingerprint ^= stack->kernel_addresses[word];
		fingerprint *= 0xFF51AFD7ED558CCDULL;
		fingerprint ^= fingerprint >> 29;
	}
	return fingerprint;
}

static __always_inline struct repeated_stack *last_stack_of_thread(void)
{
	__u32 slot = (__u32)bpf_get_current_pid_tgid() % CULPRIT_REPEATED_STACKS;

	return bpf_map_lookup_elem(&repeated_stacks, &slot);
}

/* Global, for its variables would not fit on the stacks of its callers' callees (512 bytes in all).
 * The hash of the stack that the walk's state begins with, when it is the thread's last one again;
 * else 0, and remember_stack() may follow. */
__noinline __u64 repeated_stack_hash(void)
{
	struct repeated_stack *last = last_stack_of_thread();
	struct unwind_state *state = unwind_state();

	if (!last || !state)
		return 0;
	state->fingerprint = stack_fingerprint(state->registers.regs.sp);
	if (!state->fingerprint || last->fingerprint != state->fingerprint ||
	    last->ip != state->registers.regs.ip || last->sp != state->registers.regs.sp ||
	    last->bp != state->registers.regs.bp || last->address_space != state->key.address_space)
		return 0;
	return last->stack_hash;
}

/* A signal frame that was walked over has changed the registers: then nothing will match. */
__noinline int remember_stack(__u64 stack_hash)
{
	struct repeated_stack *last = last_stack_of_thread();
	struct unwind_state *state = unwind_state();

	if (!last || !state || !state->fingerprint)
		return 0;
	last->ip = state->registers.regs.ip;
	last->sp = state->registers.regs.sp;
	last->bp = state->registers.regs.bp;
	last->fingerprint = state->fingerprint;
	last->address_space = state->key.address_space;
	last->stack_hash = stack_hash;
	return 1;
}
