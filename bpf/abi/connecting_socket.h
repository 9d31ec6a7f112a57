/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Who began a connection, kept by its socket. */
#pragma once

#include "connect_attempt.h"

struct culprit_connecting_socket {
	struct culprit_connect_key key; /* outcome and error: of the state that was counted last */
	__u64 since_ns;                 /* in this state */
	__u32 tid;
	__u32 reserved;
};

ABI_ASSERT(sizeof(struct culprit_connecting_socket) == 72, "culprit_connecting_socket is ABI");
ABI_ASSERT(__builtin_offsetof(struct culprit_connecting_socket, since_ns) == 56, "since_ns moved");
