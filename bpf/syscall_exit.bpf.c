// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0
/* What do processes ask of the kernel, and how does it end? The one program on the syscall path;
 * its questions are the headers in syscalls/.
 *
 * Hook: the tracepoint raw_syscalls:sys_exit, with types. Cost: every call pays for being counted;
 * the calls of arch's table for more. What may be lost: counts when a map is full (counted), what
 * an argument said when its memory is paged out (counted). To stay below --max-overhead userspace
 * attaches the program for a part of the time only and scales what was counted. */
#include "lib/bpf_prelude.h"

#include "lib/task.bpf.h"
#include "abi/syscall_control.h"
#include "arch/x86_64/syscalls.bpf.h"
#include "lib/current_task.bpf.h"
#include "lib/event_stack.bpf.h"
#include "syscalls/connects.bpf.h"
#include "syscalls/counts.bpf.h"
#include "syscalls/dns.bpf.h"
#include "syscalls/exchanges.bpf.h"
#include "syscalls/writes.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Written by userspace while the program runs. It is in a section of its own for that it can be
 * mapped. */
struct culprit_syscall_control control SEC(".data.control") = {.narrowed = 0};

/* Verified once: the walk over the stack is the longest loop of the program. */
static __noinline __u64 user_stack_hash(void *ctx)
{
	return capture_event_stack(ctx);
}

/* Key: cgroup id. While control.narrowed is set, only what is below these is observed. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CULPRIT_NARROWED_CGROUPS);
	__type(key, __u64);
	__type(value, __u8);
} narrowed_cgroups SEC(".maps");

static __always_inline int below_narrowed(struct kernfs_node *node)
{
	for (int depth = 0; depth < CULPRIT_MAX_CGROUP_DEPTH && node; depth++) {
		__u64 id = BPF_CORE_READ(node, id);

		if (bpf_map_lookup_elem(&narrowed_cgroups, &id))
			return 1;
		node = kernfs_parent(node);
	}
	return 0;
}

static __always_inline int is_observed(void)
{
	struct task_struct *task;

	if (!settings.filter_by_cgroup && !control.narrowed)
		return 1;
	task = (struct task_struct *)bpf_get_current_task();
	if (!is_wanted(task))
		return 0;
	if (!control.narrowed)
		return 1;
	if (settings.prefer_v1_cgroup)
		return below_narrowed(BPF_CORE_READ(controller_cgroup(task), kn));
	return below_narrowed(BPF_CORE_READ(task, cgroups, dfl_cgrp, kn));
}

/* Sampled at random, for programs that write by turns from several places would otherwise be seen
 * in one of them only. */
static __always_inline int is_sampled(void)
{
	__u32 interval = settings.write_stack_interval;

	return interval <= 1 || bpf_get_prandom_u32() % interval == 0;
}

static __always_inline void begin_connect_key(struct call_scratch *scratch)
{
	scratch->connect.cgroup_id = scratch->call.cgroup_id;
	scratch->connect.stack_hash = scratch->call.stack_hash;
	scratch->connect.name_hash = 0;
	scratch->connect.pid = scratch->call.pid;
	scratch->connect.error = 0;
	scratch->connect.by_call = 1;
}

/* The on_ functions are global, hence verified once each. */
__noinline int on_sent(__u32 to_name_server)
{
	struct call_scratch *scratch = call_scratch();
	struct finished_call *call;
	__u64 bytes;

	if (!scratch)
		return 0;
	call = &scratch->call;
	if (call->kind == CALL_SYNC) {
		count_sync(scratch);
		return 0;
	}
	if (to_name_server) {
		begin_connect_key(scratch);
		on_dns_sent(scratch);
	}
	bytes = call->result;
	if (call->kind == CALL_SEND_MESSAGES && call->result > 0)
		bytes = bytes_of_messages(call->arguments[1], call->result);
	if (settings.exchange_tracking && call->result > 0 && call->sk &&
	    call->type == CULPRIT_SOCK_STREAM)
		follow_exchange(scratch, 1, bytes);
	count_write(scratch, bytes);
	return 0;
}

__noinline int on_received(__u32 kind)
{
	struct call_scratch *scratch = call_scratch();
	struct finished_call *call;
	__u64 bytes;

	if (!scratch)
		return 0;
	call = &scratch->call;
	if (is_datagram(call)) {
		begin_connect_key(scratch);
		on_datagram_received(scratch);
	} else if (settings.exchange_tracking && call->type == CULPRIT_SOCK_STREAM &&
		   call->result > 0) {
		bytes = call->result;
		if (kind == CALL_RECEIVE_MESSAGES)
			bytes = bytes_of_messages(call->arguments[1], call->result);
		follow_exchange(scratch, 0, bytes);
	}
	return 0;
}

__noinline int on_connect(__u32 family)
{
	struct call_scratch *scratch = call_scratch();
	__u64 now = bpf_ktime_get_ns();

	if (!scratch)
		return 0;
	begin_connect_key(scratch);
	if (family == CULPRIT_AF_UNIX)
		count_unix_connect(scratch, now);
	else
		count_inet_failure(scratch, now);
	return 0;
}

/* Both ends of a connection say who they are when it is made. */
static __always_inline void note_role(struct finished_call *call)
{
	if (!settings.exchange_tracking || call->type != CULPRIT_SOCK_STREAM)
		return;
	if (call->kind == CALL_ACCEPT)
		begin_conversation(call, CULPRIT_ROLE_SERVER);
	else if (call->result == 0 || call->result == -CULPRIT_EINPROGRESS)
		begin_conversation(call, CULPRIT_ROLE_CLIENT);
}

static __always_inline int is_of_interest(__u32 kind, __s64 result)
{
	if (kind == CALL_COUNTED)
		return 0;
	if (call_receives(kind))
		return result > 0 || result == -CULPRIT_ECONNREFUSED;
	if (kind == CALL_ACCEPT || kind == CALL_SYNC)
		return result >= 0;
	return result != 0 || kind == CALL_CONNECT;
}

static __always_inline __u32 descriptor_of(const struct finished_call *call)
{
	if (call->kind == CALL_ACCEPT)
		return call->result;
	return call->arguments[call->kind == CALL_TRANSFER_THIRD ? 2 : 0];
}

/* Is the caller's stack worth its cost? Fills in what that depends on. */
static __always_inline int wants_stack(struct call_scratch *scratch, int *to_name_server)
{
	struct finished_call *call = &scratch->call;

	if (call->kind == CALL_CONNECT)
		return connect_counts(call);
	if (!call_sends(call->kind))
		return 0;
	scratch->data.known = find_user_data(&scratch->data, call);
	*to_name_server = is_of_name_server(scratch);
	return *to_name_server || is_sampled();
}

static __always_inline void look_closer(void *ctx, struct call_scratch *scratch)
{
	struct finished_call *call = &scratch->call;
	int to_name_server = 0;

	if (!find_file(call, call_needs_socket(call->kind)))
		return;
	/* Whom 32-bit programs talk to is not followed, and half of a conversation says nothing. */
	if (call->compat && is_socket(call))
		return;
	if (call_receives(call->kind)) {
		on_received(call->kind);
		return;
	}
	if (call_needs_socket(call->kind))
		note_role(call);
	clear_user_data(&scratch->data);
	/* The walk over the stack knows 64-bit frames only. */
	if (wants_stack(scratch, &to_name_server) && !call->compat)
		call->stack_hash = user_stack_hash(ctx);
	else if (call->kind == CALL_CONNECT)
		return;
	if (call->kind == CALL_CONNECT)
		on_connect(call->family);
	else if (call->kind != CALL_ACCEPT)
		on_sent(to_name_server);
}

static __always_inline int on_exit_of_call(__u64 *ctx, struct call_registers registers)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct culprit_syscall_key key;
	struct call_scratch *scratch;
	__u32 kind;

	key.pid = pid_tgid >> 32;
	if (key.pid == settings.own_pid || !is_observed())
		return 0;
	key.cgroup_id = current_container_id();
	key.tid = (__u32)pid_tgid;
	key.number = call_number(registers);
	key.outcome = outcome_of((__s64)ctx[1]);
	key.compat = is_compat_status(current_thread_status());
	key.reserved = 0;
	count_call(&key);

	if (key.number >= CULPRIT_SYSCALL_LIMIT)
		return 0;
	kind = key.compat ? compat_call_kinds[key.number] : call_kinds[key.number];
	if (!is_of_interest(kind, (__s64)ctx[1]))
		return 0;
	scratch = call_scratch();
	if (!scratch)
		return 0;
	if (key.compat)
		read_compat_arguments(scratch->call.arguments, registers);
	else
		read_call_arguments(scratch->call.arguments, registers);
	scratch->call.compat = key.compat;
	scratch->call.kind = kind;
	scratch->call.result = (__s64)ctx[1];
	scratch->call.cgroup_id = key.cgroup_id;
	scratch->call.pid = key.pid;
	scratch->call.tid = key.tid;
	scratch->call.stack_hash = 0;
	scratch->call.descriptor = descriptor_of(&scratch->call);
	look_closer(ctx, scratch);
	return 0;
}

/* One of these two is loaded. A typed pointer is read by plain loads. */
SEC("tp_btf/sys_exit")
int on_sys_exit(__u64 *ctx)
{
	struct call_registers registers = {.typed = 1, .at = (struct pt_regs *)ctx[0]};

	return on_exit_of_call(ctx, registers);
}

/* For kernels without BTF of their own. */
SEC("raw_tracepoint/sys_exit")
int on_sys_exit_raw(__u64 *ctx)
{
	struct call_registers registers = {.typed = 0, .at = (struct pt_regs *)ctx[0]};

	return on_exit_of_call(ctx, registers);
}
