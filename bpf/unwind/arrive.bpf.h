/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The end of every step: the caller is known. */
#pragma once

#include "unwind/find_mapping.bpf.h"

static __always_inline int read_word(__u64 *out, __u64 address)
{
	return bpf_probe_read_user(out, sizeof(*out), (const void *)address) == 0;
}

/* The caller is known: is it one? Frames are not invented: it must be code of this process. */
static __always_inline __u32 arrive(struct unwind_state *state, __u64 ip, __u64 sp, __u64 bp)
{
	if (ip == 0)
		return CULPRIT_STACK_COMPLETE;
	if (!in_mapping(state, ip - 1))
		return CULPRIT_STACK_NO_MAPPING;
	state->ip = ip;
	state->sp = sp;
	state->bp = bp;
	state->innermost = 0;
	state->exact = 0;
	return UNWIND_CONTINUES;
}
