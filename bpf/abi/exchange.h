/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Request and response by turns on one kept-alive connection, judged by sizes only. */
#pragma once

#include "endpoint.h"

struct culprit_exchange_key {
	__u64 cgroup_id;
	__u64 connection; /* opaque: one socket */
	__u32 pid;
	__u32 tid;
};

ABI_ASSERT(sizeof(struct culprit_exchange_key) == 24, "culprit_exchange_key is kernel/user ABI");

enum culprit_exchange_role {
	CULPRIT_ROLE_CLIENT = 1, /* the process connected: it sends requests */
	CULPRIT_ROLE_SERVER = 2, /* the process accepted */
};

struct culprit_exchange_value {
	struct culprit_endpoint endpoint; /* the peer */
	__u64 stack_hash; /* of one of the sends */
	__u64 exchanges; /* send then receive, completed */
	__u64 same_sizes; /* exchanges whose request and response had the size of the one before */
	__u64 sent_bytes;
	__u64 received_bytes;
	__u64 first_ns;
	__u64 last_ns;
	__u32 request_bytes; /* of the exchange under way or the last one */
	__u32 response_bytes;
	__u32 previous_request_bytes;
	__u32 previous_response_bytes;
	__u8 sending; /* 1: the last transfer was a send */
	__u8 role; /* enum culprit_exchange_role */
	__u8 reserved[6];
};

ABI_ASSERT(sizeof(struct culprit_exchange_value) == 104, "culprit_exchange_value is ABI");
