/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Which cgroup a task is in, on v2, hybrid and pure v1 hosts. */
#pragma once

static __always_inline __u64 cgroup_id_v2(struct task_struct *task)
{
	return BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
}

/* The v1 cgroup of the first of cpu, memory and pids that this kernel was built with. On pure v2
 * it is the nearest v2 ancestor that has the controller enabled. */
static __always_inline struct cgroup *controller_cgroup(struct task_struct *task)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *css = 0;
	__u32 index;

	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, cpu_cgrp_id))
		index = bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id);
	else if (bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		index = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	else
		index = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
	bpf_core_read(&css, sizeof(css), &set->subsys[index & 15]);
	return BPF_CORE_READ(css, cgroup);
}

static __always_inline __u64 cgroup_id_v1(struct task_struct *task)
{
	return BPF_CORE_READ(controller_cgroup(task), kn, id);
}

static __always_inline struct kernfs_node *kernfs_parent(struct kernfs_node *node)
{
	struct kernfs_node___renamed *renamed = (void *)node;

	if (bpf_core_field_exists(renamed->__parent))
		return BPF_CORE_READ(renamed, __parent);
	return BPF_CORE_READ(node, parent);
}
