/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The walk in progress: the frame that has been reached, and where the last one was found. */
#pragma once

#include "abi/suspect.h"
#include "lib/user_registers.bpf.h"
#include "unwind/unwind_maps.bpf.h"

/* What an unwinding step may come to besides enum culprit_stack_end. */
enum {
	UNWIND_CONTINUES = 0x100,
	UNWIND_PENDING = 0x101, /* userspace is still making what is needed */
};

struct unwind_state {
	struct user_registers registers; /* of the innermost frame, all of them */
	__u64 ip;
	__u64 sp;
	__u64 bp;
	__u64 fingerprint;       /* of an event's stack, see lib/repeated_stack.bpf.h */
	__u32 copy_interval_ns;  /* between copies of stacks that cannot be walked yet; 0: all */
	__u32 innermost;         /* `registers` are those of this frame */
	__u32 other_stacks_left; /* the chain of frame pointers may go on on so many other stacks */
	__u32 runtimes;          /* enum culprit_runtime, of the address space */
	__u32 exact;     /* ip is an instruction that was interrupted, not one after a call */
	__u32 suspected; /* its frames' places are noted, its watched words are not read */
	__u32 reserved;
	struct culprit_watched_slot watched[CULPRIT_WATCHED_SLOTS];
	__u64 v8_interpreted; /* frame pointer of the interpreted frame that was pushed last */
	struct culprit_unwind_space_key key;
	struct culprit_unwind_space space;
	struct culprit_unwind_mapping mapping; /* the one that the last look-up found */
};

/* One per CPU and program, as the stack buffer is. Global functions take scalars only (5.10), so
 * everything of the walk is here. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwind_state);
} unwind_states SEC(".maps");

static __always_inline struct unwind_state *unwind_state(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&unwind_states, &zero);
}

/* Return addresses may lie behind the function that called: its last instruction is the call. */
static __always_inline __u64 address_to_look_up(const struct unwind_state *state)
{
	return state->ip - !state->exact;
}
