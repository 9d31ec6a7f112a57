/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The registers with which the current thread entered the kernel. */
#pragma once

#include "lib/target_filter.bpf.h"
#include "lib/task.bpf.h"

/* As the kernel keeps them; the order is that in which its entry code pushes them. */
struct user_registers {
	struct culprit_plain_pt_regs regs;
};

/* orig_ax: the number inside a system call, else negative. */
static __always_inline __s64 syscall_of(const struct user_registers *registers)
{
	return (__s64)registers->regs.orig_ax;
}

/* bpf_task_pt_regs exists since 5.15 (dd6e10fbd9fb). Where it lies on the kernel stack is never
 * computed by hand: FRED moves it. Returns 0 when the registers are not to be had. */
static __always_inline int read_user_registers(struct user_registers *out)
{
	struct task_struct *task;

	if (settings.untyped_tasks ||
	    !bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return 0;
	task = bpf_get_current_task_btf();
	if (BPF_CORE_READ(task, flags) & CULPRIT_PF_KTHREAD)
		return 0;
	return bpf_probe_read_kernel(&out->regs, sizeof(out->regs),
				     (const void *)bpf_task_pt_regs(task)) == 0;
}
