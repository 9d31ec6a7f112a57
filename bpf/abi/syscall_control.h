/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What userspace may change while the syscall program runs. */
#pragma once

#include "abi_assert.h"

enum { CULPRIT_NARROWED_CGROUPS = 64 };

struct culprit_syscall_control {
	__u32 narrowed; /* 1: only what is below the cgroups in `narrowed_cgroups` */
};

ABI_ASSERT(sizeof(struct culprit_syscall_control) == 4, "culprit_syscall_control is ABI");
