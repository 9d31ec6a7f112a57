/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Which system calls does each thread make, how often, and how do they end? The only question that
 * every call pays for. */
#pragma once

#include "abi/syscall_count.h"
#include "lib/loss.bpf.h"

/* Key: thread, call and outcome. Userspace takes the entries out once a second. A thread runs on
 * one CPU at a time, so its counts need no atomic addition. When it is full, calls are counted as
 * lost. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct culprit_syscall_key);
	__type(value, __u64);
} syscall_counts SEC(".maps");

/* Errors that only the kernel sees: the call is restarted, or fails with EINTR. */
enum {
	CULPRIT_EINTR = 4,
	CULPRIT_ERESTARTSYS = 512,
	CULPRIT_ERESTART_RESTARTBLOCK = 516,
};

static __always_inline __s16 outcome_of(__s64 result)
{
	if (result > 0 || result < -4095)
		return CULPRIT_OUTCOME_OK; /* an address may look negative */
	if (result == 0)
		return CULPRIT_OUTCOME_ZERO;
	if (result >= -CULPRIT_LARGEST_ERRNO)
		return result;
	if (result <= -CULPRIT_ERESTARTSYS && result >= -CULPRIT_ERESTART_RESTARTBLOCK)
		return -CULPRIT_EINTR;
	return CULPRIT_OUTCOME_OTHER_ERROR;
}

static __always_inline void count_call(const struct culprit_syscall_key *key)
{
	__u64 *count = bpf_map_lookup_elem(&syscall_counts, key);
	__u64 one = 1;

	if (count)
		*count += 1;
	else if (bpf_map_update_elem(&syscall_counts, key, &one, BPF_NOEXIST))
		count_loss_of(CULPRIT_LOSS_SYSCALL_MAP_FULL, key->cgroup_id);
}
