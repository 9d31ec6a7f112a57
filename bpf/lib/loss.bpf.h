/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Counting what is dropped, so that nothing is lost silently. */
#pragma once

#include "abi/loss_counter.h"

/* Key: enum culprit_loss. An array cannot be full; per CPU, so that counting never waits. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CULPRIT_LOSS_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");

/* Key: whose, and which loss. When it is full the loss is still in `losses`. Preallocated, as every
 * hash that the sampler touches must be before 6.1 (34dd3bad1a6f). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct culprit_cgroup_loss_key);
	__type(value, __u64);
} cgroup_losses SEC(".maps");

static __always_inline void count_loss(enum culprit_loss cause)
{
	__u32 index = cause;
	__u64 *count = bpf_map_lookup_elem(&losses, &index);

	if (count)
		*count += 1;
}

static __always_inline void count_loss_of(enum culprit_loss cause, __u64 cgroup_id)
{
	struct culprit_cgroup_loss_key key = {.cgroup_id = cgroup_id, .cause = cause};
	__u64 one = 1;
	__u64 *count;

	count_loss(cause);
	count = bpf_map_lookup_elem(&cgroup_losses, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&cgroup_losses, &key, &one, BPF_NOEXIST);
}
