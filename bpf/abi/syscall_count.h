/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Which system calls a process makes, how often, and how they end. */
#pragma once

#include "abi_assert.h"

enum {
	CULPRIT_OUTCOME_OK = 0,
	CULPRIT_OUTCOME_OTHER_ERROR = -4095, /* an error without a name of its own */
	CULPRIT_OUTCOME_ZERO = -4096,
	CULPRIT_LARGEST_ERRNO = 133, /* EHWPOISON */
};

struct culprit_syscall_key {
	__u64 cgroup_id; /* v2, or v1 on hosts where containers have no v2 cgroup */
	__u32 pid;
	__u32 tid;
	__u32 number;
	__s16 outcome; /* OK: above 0; ZERO: returned 0; else the negative errno;
			* a call to be restarted after a signal is EINTR */
	__u8 compat;   /* 1: a 32-bit call: other numbers */
	__u8 reserved;
};

ABI_ASSERT(sizeof(struct culprit_syscall_key) == 24, "culprit_syscall_key is kernel/user ABI");
