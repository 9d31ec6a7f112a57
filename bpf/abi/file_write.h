/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What a process writes, and where to: bytes as returned, never as asked for. */
#pragma once

#include "endpoint.h"

enum culprit_file_kind {
	CULPRIT_FILE_REGULAR = 1,
	CULPRIT_FILE_PIPE = 2,
	CULPRIT_FILE_SOCKET = 3,
	CULPRIT_FILE_TERMINAL = 4,
	CULPRIT_FILE_OTHER = 5,
};

struct culprit_write_key {
	__u64 cgroup_id;
	__u64 inode;
	__u64 stack_hash; /* of a sampled call; 0 for the others: sum over the hashes for totals */
	__u32 device;     /* as the kernel has it: major << 20 | minor */
	__u32 pid;
};

ABI_ASSERT(sizeof(struct culprit_write_key) == 32, "culprit_write_key is kernel/user ABI");

enum culprit_write_flag {
	CULPRIT_WRITE_APPEND = 1 << 0, /* opened with O_APPEND */
	CULPRIT_WRITE_STREAM = 1 << 1, /* a stream socket: a log agent's port, or data */
	CULPRIT_WRITE_DATAGRAM = 1 << 2,
};

struct culprit_write_value {
	struct culprit_endpoint endpoint; /* sockets: the peer; the path's hash for Unix sockets */
	__u64 calls;                      /* that wrote something */
	__u64 bytes;
	__u64 text_calls;      /* printable and ending in a newline (a datagram: printable) */
	__u64 printable_calls; /* these, and those that end within a line */
	__u64 inner_bytes;     /* of the printable calls, looked at; without each one's last byte */
	__u64 inner_newlines;  /* among these bytes */
	__u64 syncs;           /* fsync, fdatasync on the same file */
	__u64 failures;
	__u32 descriptor; /* of the first call: userspace resolves the path by it, once */
	__u16 flags;      /* enum culprit_write_flag */
	__u8 kind;        /* enum culprit_file_kind */
	__u8 last_error;  /* errno of the last failure */
};

ABI_ASSERT(sizeof(struct culprit_write_value) == 96, "culprit_write_value is kernel/user ABI");
ABI_ASSERT(__builtin_offsetof(struct culprit_write_value, descriptor) == 88, "descriptor moved");
