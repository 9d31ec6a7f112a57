/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Which stacks userspace has been sent, so that a loop's stack travels once and not 99 times a
 * second. Shared by all programs. */
#pragma once

#include "lib/stack_buffer.bpf.h"

/* Key: stack hash. A cache: what LRU evicts is sent again, and userspace knows it already. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, __u8);
} seen_stacks SEC(".maps");

static __always_inline int stack_was_sent(__u64 hash)
{
	return bpf_map_lookup_elem(&seen_stacks, &hash) != 0;
}

/* Only after the frames are in a ring: rings are drained in order of reservation. */
static __always_inline void mark_stack_sent(__u64 hash)
{
	__u8 one = 1;

	bpf_map_update_elem(&seen_stacks, &hash, &one, BPF_ANY);
}
