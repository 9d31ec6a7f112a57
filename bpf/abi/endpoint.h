/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* A destination as the kernel names it. */
#pragma once

#include "abi_assert.h"

enum culprit_protocol {
	CULPRIT_PROTOCOL_TCP = 1,
	CULPRIT_PROTOCOL_UDP = 2, /* only DNS is followed */
	CULPRIT_PROTOCOL_UNIX = 3,
};

/* An address in one network namespace: 127.0.0.1 differs per container. */
struct culprit_endpoint {
	__u8 address[16]; /* IPv4 in the first 4 bytes; a Unix path's 64-bit hash in the first 8 */
	__u32 network_namespace; /* inode number */
	__u16 port;              /* host byte order; 0 for Unix */
	__u8 family;             /* AF_INET, AF_INET6, AF_UNIX */
	__u8 protocol;           /* enum culprit_protocol */
};

ABI_ASSERT(sizeof(struct culprit_endpoint) == 24, "culprit_endpoint is kernel/user ABI");

/* Names longer than a key: Unix paths and the host names asked for, kept by their hash. */
enum { CULPRIT_NAME_SIZE = 112 };

struct culprit_name {
	char text[CULPRIT_NAME_SIZE]; /* zero-terminated; an abstract Unix name starts with '@' */
};
