/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The facts about the current task that every system call pays for, read in the cheapest way that
 * this kernel has. */
#pragma once

#include "lib/target_filter.bpf.h"

/* bpf_get_current_task_btf exists since 5.11 (3ca1032ab7ab): with it fields are plain loads. */
static __always_inline int has_typed_task(void)
{
	return !settings.untyped_tasks &&
	       bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf);
}

/* The same as container_cgroup_id() of the current task. */
static __always_inline __u64 current_container_id(void)
{
	if (!settings.prefer_v1_cgroup)
		return bpf_get_current_cgroup_id();
	return cgroup_id_v1((struct task_struct *)bpf_get_current_task());
}

static __always_inline __u32 current_thread_status(void)
{
	struct task_struct *task;

	if (has_typed_task())
		return bpf_get_current_task_btf()->thread_info.status;
	task = (struct task_struct *)bpf_get_current_task();
	return BPF_CORE_READ(task, thread_info.status);
}
