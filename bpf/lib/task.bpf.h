/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Who a task is, in the shape userspace is told. */
#pragma once

#include "abi/cpu_sample.h"
#include "abi/task.h"
#include "lib/cgroup.bpf.h"

/* include/linux/sched.h, unchanged since 2.6.23 */
enum { CULPRIT_PF_KTHREAD = 0x00200000 };

/* Changes with every exec (self_exec_id) and is shared by threads and vfork children (mm). */
static __always_inline __u64 address_space_of(struct task_struct *task)
{
	__u64 mm = (__u64)BPF_CORE_READ(task, mm);
	__u64 mixed;

	if (!mm)
		return 0;
	mixed = mm ^ (BPF_CORE_READ(task, self_exec_id) << 48);
	return mixed * 0x9E3779B97F4A7C15ULL;
}

static __always_inline void fill_task(struct culprit_task *out, struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	out->process_start_ns = BPF_CORE_READ(leader, start_boottime);
	out->thread_start_ns = BPF_CORE_READ(task, start_boottime);
	out->address_space = address_space_of(task);
	out->cgroup_id = cgroup_id_v2(task);
	out->cgroup_v1_id = cgroup_id_v1(task);
	out->pid = BPF_CORE_READ(task, tgid);
	out->tid = BPF_CORE_READ(task, pid);
	bpf_core_read(out->comm, sizeof(out->comm), &task->comm);
}

static __always_inline void fill_progress(struct culprit_progress *out, struct task_struct *task)
{
	out->runtime_ns = BPF_CORE_READ(task, se.sum_exec_runtime);
	out->run_queue_ns = 0;
	if (bpf_core_field_exists(task->sched_info.run_delay))
		out->run_queue_ns = BPF_CORE_READ(task, sched_info.run_delay);
	out->voluntary_switches = BPF_CORE_READ(task, nvcsw);
	out->forced_switches = BPF_CORE_READ(task, nivcsw);
	out->major_faults = BPF_CORE_READ(task, maj_flt);
	out->write_calls = 0;
	out->written_bytes = 0;
	out->read_calls = 0;
	out->read_bytes = 0;
	if (bpf_core_field_exists(task->ioac.syscw)) {
		out->write_calls = BPF_CORE_READ(task, ioac.syscw);
		out->written_bytes = BPF_CORE_READ(task, ioac.wchar);
		out->read_calls = BPF_CORE_READ(task, ioac.syscr);
		out->read_bytes = BPF_CORE_READ(task, ioac.rchar);
	}
}
