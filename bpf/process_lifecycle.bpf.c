// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0
/* Which processes and cgroups are born and die? A storm of short-lived processes has no hot thread,
 * and a container that dies during the window must keep its name.
 *
 * Hooks: raw tracepoints sched_process_fork, _exec, _exit, cgroup_mkdir, cgroup_rmdir. Cost: below
 * a microsecond for each. What may be lost: an event when the ring is full (counted by cgroup). */
#include "lib/bpf_prelude.h"

#include "abi/process_event.h"
#include "lib/event_ring.bpf.h"
#include "lib/target_filter.bpf.h"
#include "lib/task.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline void send_process_event(struct task_struct *task, __u32 kind,
					       __u32 parent_pid, __u64 flags)
{
	struct culprit_process_event *event;

	if (!is_wanted(task))
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_loss_of(CULPRIT_LOSS_EVENT_RING_FULL, cgroup_id_v2(task));
		return;
	}
	event->time_ns = bpf_ktime_get_ns();
	event->record = CULPRIT_RECORD_PROCESS_EVENT;
	event->kind = kind;
	fill_task(&event->task, task);
	event->runtime_ns = BPF_CORE_READ(task, se.sum_exec_runtime);
	event->parent_pid = parent_pid;
	event->exit_code = kind == CULPRIT_PROCESS_EXIT ? BPF_CORE_READ(task, exit_code) : 0;
	bpf_ringbuf_submit(event, flags);
}

SEC("raw_tracepoint/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *parent = (void *)ctx->args[0];
	struct task_struct *child = (void *)ctx->args[1];

	if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid))
		return 0; /* a thread */
	send_process_event(child, CULPRIT_PROCESS_FORK, BPF_CORE_READ(parent, tgid),
			   wakeup_flags(&events));
	return 0;
}

/* Wakes the reader: the process may live for milliseconds only, and its files are opened while it
 * does. */
SEC("raw_tracepoint/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];

	send_process_event(task, CULPRIT_PROCESS_EXEC, BPF_CORE_READ(task, real_parent, tgid),
			   BPF_RB_FORCE_WAKEUP);
	return 0;
}

SEC("raw_tracepoint/sched_process_exit")
int on_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];

	/* The last thread, whichever it is: a leader may end long before the others. */
	if (BPF_CORE_READ(task, signal, live.counter) != 0)
		return 0;
	send_process_event(task, CULPRIT_PROCESS_EXIT, BPF_CORE_READ(task, real_parent, tgid),
			   wakeup_flags(&events));
	return 0;
}

static __always_inline void send_cgroup_event(struct cgroup *cgroup, const char *path, __u32 kind)
{
	struct culprit_cgroup_event *event;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_loss(CULPRIT_LOSS_EVENT_RING_FULL);
		return;
	}
	event->time_ns = bpf_ktime_get_ns();
	event->record = CULPRIT_RECORD_CGROUP_EVENT;
	event->kind = kind;
	event->cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	event->hierarchy = BPF_CORE_READ(cgroup, root, hierarchy_id);
	event->reserved = 0;
	__builtin_memset(event->path, 0, sizeof(event->path));
	bpf_probe_read_kernel_str(event->path, sizeof(event->path), path);
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

SEC("raw_tracepoint/cgroup_mkdir")
int on_cgroup_mkdir(struct bpf_raw_tracepoint_args *ctx)
{
	send_cgroup_event((void *)ctx->args[0], (const char *)ctx->args[1], CULPRIT_CGROUP_CREATED);
	return 0;
}

SEC("raw_tracepoint/cgroup_rmdir")
int on_cgroup_rmdir(struct bpf_raw_tracepoint_args *ctx)
{
	send_cgroup_event((void *)ctx->args[0], (const char *)ctx->args[1], CULPRIT_CGROUP_REMOVED);
	return 0;
}
