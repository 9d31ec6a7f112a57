/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Which language runtimes run in an address space. What the walker has to know of each is in a map
 * of the runtime's own, under the same key (struct culprit_unwind_space_key). */
#pragma once

#include "abi_assert.h"

enum culprit_runtime {
	CULPRIT_RUNTIME_PYTHON = 1 << 0,
	CULPRIT_RUNTIME_V8 = 1 << 1,
	CULPRIT_RUNTIME_HOTSPOT = 1 << 2,
};

enum { CULPRIT_MAX_RUNTIME_SPACES = 2048 };

struct culprit_runtime_space {
	__u32 runtimes; /* enum culprit_runtime, added up */
	__u32 reserved;
};

ABI_ASSERT(sizeof(struct culprit_runtime_space) == 8, "culprit_runtime_space is kernel/user ABI");
