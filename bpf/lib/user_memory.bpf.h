/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Reading the memory of the current process: never waits, fails when the page is not there. */
#pragma once

#include "lib/loss.bpf.h"

/* Unknown sizes go through here before they reach a helper: the verifier sees the bound in the very
 * register that is handed over. */
static __always_inline __u32 at_most(__u64 size, __u64 limit)
{
	if (size > limit)
		size = limit;
	asm volatile("" : "+r"(size));
	return size;
}

static __always_inline int read_user(void *to, __u32 size, __u64 from)
{
	if (bpf_probe_read_user(to, size, (const void *)from) == 0)
		return 1;
	count_loss(CULPRIT_LOSS_USER_MEMORY_UNREADABLE);
	return 0;
}
