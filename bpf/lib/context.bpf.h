/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Was the CPU serving a soft interrupt when the clock ticked? */
#pragma once

/* include/linux/preempt.h: one bit of the count says "serving a soft interrupt", the next ones
 * only that soft interrupts are disabled. */
enum { CULPRIT_SOFTIRQ_SERVING = 1 << 8 };

/* The count is a variable of its own up to 6.1 and again since 6.15 (6.2 to 6.14: a member of
 * pcpu_hot, c063a217bc07). Where the kernel's BTF has neither, userspace looks for the soft
 * interrupt's function in the kernel stack. */
struct pcpu_hot {
	int preempt_count;
} __attribute__((preserve_access_index));

extern const int __preempt_count __ksym __weak;
extern const struct pcpu_hot pcpu_hot __ksym __weak;

static __always_inline int serving_softirq(void)
{
	if (&__preempt_count) {
		const int *count = bpf_this_cpu_ptr(&__preempt_count);

		return *count & CULPRIT_SOFTIRQ_SERVING;
	}
	if (&pcpu_hot) {
		const struct pcpu_hot *hot = bpf_this_cpu_ptr(&pcpu_hot);

		return BPF_CORE_READ(hot, preempt_count) & CULPRIT_SOFTIRQ_SERVING;
	}
	return 0;
}
