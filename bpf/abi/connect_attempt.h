/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* How attempts to reach a destination end, by the process and the stack that made them. */
#pragma once

#include "endpoint.h"

enum culprit_connect_outcome {
	CULPRIT_CONNECT_ESTABLISHED = 1,
	CULPRIT_CONNECT_REFUSED = 2,
	CULPRIT_CONNECT_TIMED_OUT = 3,
	CULPRIT_CONNECT_UNREACHABLE = 4,
	CULPRIT_CONNECT_RESET = 5,
	CULPRIT_CONNECT_ABANDONED = 6, /* the application gave up first */
	CULPRIT_CONNECT_PENDING = 7,   /* no outcome yet: counted by userspace from what is open */
	CULPRIT_CONNECT_ABSENT = 8,    /* AF_UNIX: no such socket file */
	CULPRIT_CONNECT_BACKLOG_FULL = 9, /* AF_UNIX: EAGAIN */
	CULPRIT_CONNECT_SHORT_LIVED = 10, /* established, then closed within a second, hardly a byte
					   * answered; counted besides ESTABLISHED */
	CULPRIT_CONNECT_DNS_ANSWERED = 11,
	CULPRIT_CONNECT_DNS_NO_NAME = 12, /* NXDOMAIN */
	CULPRIT_CONNECT_DNS_FAILED = 13,  /* SERVFAIL, REFUSED and the like */
	CULPRIT_CONNECT_DNS_ASKED = 14, /* every question; unanswered = asked - answered - failed */
	CULPRIT_CONNECT_OTHER_ERROR = 15,
	CULPRIT_CONNECT_ATTEMPTED = 16, /* a TCP attempt has begun; pending = attempted - ended */
};

struct culprit_connect_key {
	__u64 cgroup_id;
	__u64 stack_hash; /* of the connect call; 0 when not known */
	__u64 name_hash;  /* the name last looked up by this thread, or 0; see culprit_name */
	struct culprit_endpoint endpoint;
	__u32 pid;
	__s16 error;  /* positive errno, 0 when none */
	__u8 outcome; /* enum culprit_connect_outcome */
	__u8 by_call; /* 1: seen when the call ended, hence only while that program is attached */
};

ABI_ASSERT(sizeof(struct culprit_connect_key) == 56, "culprit_connect_key is kernel/user ABI");

enum { CULPRIT_GAP_BUCKETS = 16 };

struct culprit_connect_value {
	__u64 count;
	__u64 first_ns; /* when they were counted: ATTEMPTED and DNS_ASKED at the start, others at
			   the end */
	__u64 last_ns;
	__u64 latency_sum_ns; /* from the call to the outcome */
	/* Gaps between successive attempts of a process to reach the endpoint, whatever became of
	 * them, by log2 of milliseconds: bucket 0 is below 1 ms, bucket b covers 2^(b-1) to 2^b ms,
	 * the last one all above. Each attempt is in one key only: that of ATTEMPTED (TCP), of
	 * DNS_ASKED, of the outcome (Unix). */
	__u32 gaps[CULPRIT_GAP_BUCKETS];
};

ABI_ASSERT(sizeof(struct culprit_connect_value) == 96, "culprit_connect_value is ABI");
