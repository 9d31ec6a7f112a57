/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Which connect calls end in a way that only the call itself shows: AF_UNIX, and Internet
 * destinations without a route, for which no socket changes its state. What went as far as a SYN is
 * counted by tcp_states. */
#pragma once

#include "lib/connects.bpf.h"
#include "syscalls/dns.bpf.h"
#include "syscalls/user_data.bpf.h"

enum {
	CULPRIT_ENOENT = 2,
	CULPRIT_EISCONN = 106,
	CULPRIT_EALREADY = 114,
	CULPRIT_EINPROGRESS = 115,
};

static __always_inline int connect_has_ended(const struct finished_call *call)
{
	if (call->result >= 0)
		return 1;
	/* Begun, or asked after; a signal leaves the attempt under way. */
	return call->result != -CULPRIT_EINPROGRESS && call->result != -CULPRIT_EALREADY &&
	       call->result != -CULPRIT_EISCONN && call->result != -4 && call->result > -512;
}

static __always_inline int is_tcp(const struct finished_call *call)
{
	return is_inet(call) && call->type == CULPRIT_SOCK_STREAM &&
	       call->protocol == CULPRIT_IPPROTO_TCP;
}

/* Has tcp_states counted this attempt? Asking uses the mark up. */
static __always_inline int was_counted_by_state(const struct finished_call *call)
{
	struct culprit_connecting_thread *thread =
		bpf_map_lookup_elem(&connects_in_flight, &call->tid);

	if (!thread || thread->counted_socket != (__u64)call->sk)
		return 0;
	thread->counted_socket = 0;
	return 1;
}

/* Is there something to count that nobody else sees? */
static __always_inline int connect_counts(const struct finished_call *call)
{
	if (!connect_has_ended(call))
		return 0;
	if (call->family == CULPRIT_AF_UNIX)
		return 1;
	if (call->result >= 0)
		return 0;
	if (is_tcp(call))
		return !was_counted_by_state(call);
	return is_datagram(call);
}

static __always_inline __u8 unix_outcome(__s32 error)
{
	switch (error) {
	case 0:
		return CULPRIT_CONNECT_ESTABLISHED;
	case CULPRIT_ENOENT:
		return CULPRIT_CONNECT_ABSENT;
	case CULPRIT_EAGAIN:
		return CULPRIT_CONNECT_BACKLOG_FULL;
	}
	return outcome_of_error(error);
}

static __always_inline void count_unix_connect(struct call_scratch *scratch, __u64 now)
{
	struct finished_call *call = &scratch->call;

	unix_endpoint(&scratch->connect.endpoint, call->sk,
		      unix_path_from_user(&scratch->name, call->arguments[1], call->arguments[2]));
	scratch->connect.error = call->result < 0 ? -call->result : 0;
	scratch->connect.outcome = unix_outcome(scratch->connect.error);
	count_attempt(&scratch->connect, now);
}

/* Failed at once: the attempt and its end are counted together. Datagrams are of interest when
 * they were to ask for a name. */
static __always_inline void count_inet_failure(struct call_scratch *scratch, __u64 now)
{
	struct finished_call *call = &scratch->call;
	struct culprit_connecting_thread *thread;
	struct user_address address = {};

	if (!read_user_address(&address, call->arguments[1], call->arguments[2]))
		return;
	if (!is_tcp(call) && bpf_ntohs(address.port) != CULPRIT_DNS_PORT)
		return;
	if (!inet_endpoint_of(&scratch->connect.endpoint, &address, call->sk,
			      is_tcp(call) ? CULPRIT_PROTOCOL_TCP : CULPRIT_PROTOCOL_UDP))
		return;
	thread = bpf_map_lookup_elem(&connects_in_flight, &call->tid);
	scratch->connect.name_hash = is_tcp(call) ? name_known_to(thread, now) : 0;
	scratch->connect.outcome =
		is_tcp(call) ? CULPRIT_CONNECT_ATTEMPTED : CULPRIT_CONNECT_DNS_ASKED;
	count_attempt(&scratch->connect, now);
	scratch->connect.error = -call->result;
	scratch->connect.outcome = outcome_of_error(scratch->connect.error);
	count_connect(&scratch->connect, now, 0);
}
