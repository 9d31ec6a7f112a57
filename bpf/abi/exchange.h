/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Request and response by turns on one kept-alive connection, judged by sizes only. */
#pragma once

#include "endpoint.h"

struct culprit_exchange_key {
	__u64 cgroup_id;
	__u64 connection; /* opaque: inode number of the socket, not used twice for long */
	__u32 pid;
	__u32 tid;
};

ABI_ASSERT(sizeof(struct culprit_exchange_key) == 24, "culprit_exchange_key is kernel/user ABI");

enum culprit_exchange_role {
	CULPRIT_ROLE_CLIENT = 1, /* the process connected: it sends requests */
	CULPRIT_ROLE_SERVER = 2, /* the process accepted */
};

/* A request and its response are counted when the next request begins: a connection with a single
 * exchange is not kept alive and does not appear. */
struct culprit_exchange_value {
	struct culprit_endpoint endpoint; /* the peer; the path's hash for Unix sockets */
	__u64 stack_hash; /* of one of the calls that sent; 0 when none was sampled */
	__u64 exchanges;
	__u64 same_sizes; /* exchanges whose request and response had the size of the one before */
	__u64 sent_bytes;
	__u64 received_bytes;
	__u32 request_bytes; /* of the last exchange */
	__u32 response_bytes;
	__u8 role; /* enum culprit_exchange_role */
	__u8 reserved[7];
};

ABI_ASSERT(sizeof(struct culprit_exchange_value) == 80, "culprit_exchange_value is ABI");
ABI_ASSERT(__builtin_offsetof(struct culprit_exchange_value, role) == 72, "role moved");
