/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The registers with which the current thread entered the kernel. */
#pragma once

struct user_registers {
	__u64 ip;
	__u64 sp;
	__u64 bp;
	__s64 syscall; /* orig_ax: the number inside a system call, else negative */
};

/* bpf_task_pt_regs exists since 5.15 (dd6e10fbd9fb). Where it lies on the kernel stack is never
 * computed by hand: FRED moves it. Returns 0 when the registers are not to be had. */
static __always_inline int read_user_registers(struct user_registers *out)
{
	struct task_struct *task;
	struct pt_regs *regs;

	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return 0;
	task = bpf_get_current_task_btf();
	if (BPF_CORE_READ(task, flags) & CULPRIT_PF_KTHREAD)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	out->ip = BPF_CORE_READ(regs, ip);
	out->sp = BPF_CORE_READ(regs, sp);
	out->bp = BPF_CORE_READ(regs, bp);
	out->syscall = BPF_CORE_READ(regs, orig_ax);
	return 1;
}
