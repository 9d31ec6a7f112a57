/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Who was running: one thread, told apart across exec, vfork and pid reuse. */
#pragma once

#include "abi_assert.h"

enum { CULPRIT_COMM_SIZE = 16 };

struct culprit_task {
	__u64 process_start_ns; /* CLOCK_BOOTTIME, of the thread-group leader */
	__u64 thread_start_ns;  /* CLOCK_BOOTTIME */
	__u64 address_space;    /* opaque; 0 for kernel threads */
	__u64 cgroup_id;        /* cgroup v2 */
	__u64 cgroup_v1_id;     /* css of cpu, memory or pids on v1; equals cgroup_id on pure v2 */
	__u32 pid;              /* tgid */
	__u32 tid;
	char comm[CULPRIT_COMM_SIZE];
};

ABI_ASSERT(sizeof(struct culprit_task) == 64, "culprit_task is kernel/user ABI");
ABI_ASSERT(__builtin_offsetof(struct culprit_task, pid) == 40, "pid moved");
