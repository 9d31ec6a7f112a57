/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* "Only these containers": cgroups chosen by the user, children included. */
#pragma once

#include "abi/settings.h"
#include "lib/cgroup.bpf.h"

enum { CULPRIT_MAX_CGROUP_DEPTH = 32 };

/* Key: cgroup id of a chosen container. Filled before attaching; userspace sees when it is full.
 * Preallocated: see cgroup_losses. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u8);
} wanted_cgroups SEC(".maps");

const volatile struct culprit_settings settings = {
	.walk_user_stack = 1,
	.write_stack_interval = 8,
	.exchange_tracking = 1,
};

static __always_inline int below_wanted(struct kernfs_node *node)
{
	for (int depth = 0; depth < CULPRIT_MAX_CGROUP_DEPTH && node; depth++) {
		__u64 id = BPF_CORE_READ(node, id);

		if (bpf_map_lookup_elem(&wanted_cgroups, &id))
			return 1;
		node = kernfs_parent(node);
	}
	return 0;
}

static __always_inline int is_wanted(struct task_struct *task)
{
	if (!settings.filter_by_cgroup)
		return 1;
	if (settings.prefer_v1_cgroup)
		return below_wanted(BPF_CORE_READ(controller_cgroup(task), kn));
	return below_wanted(BPF_CORE_READ(task, cgroups, dfl_cgrp, kn));
}

/* The id by which containers are told apart on this host. */
static __always_inline __u64 container_cgroup_id(struct task_struct *task)
{
	return settings.prefer_v1_cgroup ? cgroup_id_v1(task) : cgroup_id_v2(task);
}
