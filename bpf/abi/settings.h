/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What userspace tells the programs before they are loaded. */
#pragma once

#include "abi_assert.h"

struct culprit_settings {
	__u64 softirq_begin;    /* handle_softirqs, __do_softirq before 6.9, from kallsyms */
	__u64 softirq_end;      /* 0 when not known: soft interrupts are then not told apart */
	__u32 own_pid;          /* culprit itself: its events are not counted as a container's */
	__u32 filter_by_cgroup; /* 1: only what is below the cgroups in `wanted_cgroups` */
	__u32 walk_user_stack;  /* 1: read user memory in the sampler; 0: the kernel's own walker */
	__u32 prefer_v1_cgroup; /* 1: containers are told apart by their v1 cgroup */
	__u32 write_stack_interval; /* one stack for this many writes of a process on one CPU */
	__u32 exchange_tracking;    /* 1: follow request and response sizes */
	__u32 unwind_tables; /* 1: userspace fills the unwind tables and unwinds copied stacks */
	__u32 untyped_tasks; /* 1: no BTF of the kernel's own: helpers hand over no typed task */
};

ABI_ASSERT(sizeof(struct culprit_settings) == 48, "culprit_settings is kernel/user ABI");
