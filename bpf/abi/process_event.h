/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Births and deaths of processes and cgroups. */
#pragma once

#include "record.h"
#include "task.h"

enum culprit_process_event_kind {
	CULPRIT_PROCESS_FORK = 1, /* task: the child; parent_pid: its parent */
	CULPRIT_PROCESS_EXEC = 2,
	CULPRIT_PROCESS_EXIT = 3, /* of the whole thread group */
};

struct culprit_process_event {
	__u64 time_ns;
	__u32 record; /* enum culprit_record */
	__u32 kind;   /* enum culprit_process_event_kind */
	struct culprit_task task;
	__u64 runtime_ns; /* exit: CPU time of the thread group's leader */
	__u32 parent_pid;
	__s32 exit_code; /* as wait(2) has it; 0 but for exit */
};

ABI_ASSERT(sizeof(struct culprit_process_event) == 96, "culprit_process_event is kernel/user ABI");

enum culprit_cgroup_event_kind {
	CULPRIT_CGROUP_CREATED = 1,
	CULPRIT_CGROUP_REMOVED = 2,
};

enum { CULPRIT_CGROUP_PATH_SIZE = 256 };

struct culprit_cgroup_event {
	__u64 time_ns;
	__u32 record; /* enum culprit_record */
	__u32 kind;   /* enum culprit_cgroup_event_kind */
	__u64 cgroup_id;
	__u32 hierarchy; /* 0: v2 */
	__u32 reserved;
	char path[CULPRIT_CGROUP_PATH_SIZE]; /* zero-terminated; cut when longer */
};

ABI_ASSERT(sizeof(struct culprit_cgroup_event) == 288, "culprit_cgroup_event is kernel/user ABI");
