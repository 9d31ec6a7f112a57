/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Counting attempts to reach a destination, and how they end. */
#pragma once

#include "abi/connect_attempt.h"
#include "lib/loss.bpf.h"

/* Key: who, whereto, with which outcome. Userspace takes the entries out once a second. When it is
 * full, attempts are counted as lost. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct culprit_connect_key);
	__type(value, struct culprit_connect_value);
} connects SEC(".maps");

struct culprit_flow {
	struct culprit_endpoint endpoint;
	__u32 pid;
	__u32 reserved;
};

/* When a process last tried to reach an endpoint. A cache: what LRU evicts is one gap not seen. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct culprit_flow);
	__type(value, __u64);
} last_attempts SEC(".maps");

/* What a thread is about when it connects. */
struct culprit_connecting_thread {
	__u64 name_hash; /* the name it asked for last */
	__u64 asked_ns;
	__u64 asked_stack;
	__u64 dns_socket;     /* opaque: the socket by which it asked */
	__u64 counted_socket; /* opaque: the TCP socket whose attempt has been counted already */
};

/* Key: thread. A cache: without an entry a destination has no host name. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct culprit_connecting_thread);
} connects_in_flight SEC(".maps");

/* A name looked up longer ago than this has nothing to do with a connect. */
#define CULPRIT_NAME_LIFE_NS 60000000000ULL

static const struct culprit_connecting_thread new_connecting_thread;
static const struct culprit_connect_value new_connect_value;

static __always_inline struct culprit_connecting_thread *connecting_thread(__u32 tid)
{
	struct culprit_connecting_thread *thread = bpf_map_lookup_elem(&connects_in_flight, &tid);

	if (thread)
		return thread;
	bpf_map_update_elem(&connects_in_flight, &tid, &new_connecting_thread, BPF_NOEXIST);
	return bpf_map_lookup_elem(&connects_in_flight, &tid);
}

static __always_inline __u64 name_known_to(const struct culprit_connecting_thread *thread,
					   __u64 now)
{
	return thread && now - thread->asked_ns < CULPRIT_NAME_LIFE_NS ? thread->name_hash : 0;
}

static __always_inline struct culprit_connect_value *
connect_value(const struct culprit_connect_key *key)
{
	struct culprit_connect_value *value = bpf_map_lookup_elem(&connects, key);

	if (value)
		return value;
	bpf_map_update_elem(&connects, key, &new_connect_value, BPF_NOEXIST);
	value = bpf_map_lookup_elem(&connects, key);
	if (!value)
		count_loss_of(CULPRIT_LOSS_CONNECT_MAP_FULL, key->cgroup_id);
	return value;
}

static __always_inline struct culprit_connect_value *
count_connect(const struct culprit_connect_key *key, __u64 now, __u64 latency_ns)
{
	struct culprit_connect_value *value = connect_value(key);

	if (!value)
		return 0;
	__sync_fetch_and_add(&value->count, 1);
	/* Adding a constant 0 would become an atomic "or", which 5.10 does not have. */
	if (latency_ns)
		__sync_fetch_and_add(&value->latency_sum_ns, latency_ns);
	if (!value->first_ns)
		value->first_ns = now;
	value->last_ns = now;
	return value;
}

/* Global: the verifier goes through the loop once and forgets how it ended. */
__noinline __u32 gap_bucket(__u64 gap_ns)
{
	__u64 milliseconds = gap_ns / 1000000;
	__u32 bucket = 0;

	for (; bucket < CULPRIT_GAP_BUCKETS - 1 && milliseconds; bucket++)
		milliseconds >>= 1;
	return bucket;
}

/* Counts an attempt that begins (or that is over as soon as it began), with the gap to the one
 * before it. */
static __always_inline void count_attempt(const struct culprit_connect_key *key, __u64 now)
{
	struct culprit_flow flow = {.endpoint = key->endpoint, .pid = key->pid};
	struct culprit_connect_value *value = count_connect(key, now, 0);
	__u64 *last = bpf_map_lookup_elem(&last_attempts, &flow);

	if (!last) {
		bpf_map_update_elem(&last_attempts, &flow, &now, BPF_ANY);
		return;
	}
	if (value && now > *last)
		__sync_fetch_and_add(
			&value->gaps[gap_bucket(now - *last) & (CULPRIT_GAP_BUCKETS - 1)], 1);
	*last = now;
}

/* Errors of connect(2) that say the same as an asynchronous end of the attempt. */
static __always_inline __u8 outcome_of_error(__s32 error)
{
	switch (error) {
	case 111: /* ECONNREFUSED */
		return CULPRIT_CONNECT_REFUSED;
	case 110: /* ETIMEDOUT */
		return CULPRIT_CONNECT_TIMED_OUT;
	case 101: /* ENETUNREACH */
	case 113: /* EHOSTUNREACH */
	case 100: /* ENETDOWN */
	case 112: /* EHOSTDOWN */
		return CULPRIT_CONNECT_UNREACHABLE;
	case 104: /* ECONNRESET */
	case 32:  /* EPIPE: reset while it was read */
		return CULPRIT_CONNECT_RESET;
	case 0:
		return CULPRIT_CONNECT_ABANDONED;
	}
	return CULPRIT_CONNECT_OTHER_ERROR;
}
