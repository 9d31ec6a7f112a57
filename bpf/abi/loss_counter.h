/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Every place in the kernel part where something can be dropped has a number here. The counters
 * are an array of CULPRIT_LOSS_COUNT values per CPU; those of samples and events are kept per
 * cgroup besides, for the culprit is the one most likely to be under-counted. */
#pragma once

#include "abi_assert.h"

enum culprit_loss {
	CULPRIT_LOSS_SAMPLE_RING_FULL = 0,
	CULPRIT_LOSS_EVENT_RING_FULL = 1,
	CULPRIT_LOSS_STACK_RING_FULL = 2, /* a stack outside of a sample found no room */
	CULPRIT_LOSS_SYSCALL_MAP_FULL = 3,
	CULPRIT_LOSS_CONNECT_MAP_FULL = 4,
	CULPRIT_LOSS_SOCKET_MAP_FULL = 5, /* a connection's origin could not be kept */
	CULPRIT_LOSS_WRITE_MAP_FULL = 6,
	CULPRIT_LOSS_EXCHANGE_MAP_FULL = 7,
	CULPRIT_LOSS_USER_MEMORY_UNREADABLE = 8, /* an argument was not in memory */
	CULPRIT_LOSS_SCRATCH_BUSY = 9,           /* the CPU's scratch space was in use */
	CULPRIT_LOSS_STACK_COPY_RING_FULL = 10,  /* a stack to be unwound later found no room */
	CULPRIT_LOSS_COUNT = 11,
};

struct culprit_cgroup_loss_key {
	__u64 cgroup_id;
	__u32 cause; /* enum culprit_loss */
	__u32 reserved;
};

ABI_ASSERT(sizeof(struct culprit_cgroup_loss_key) == 16, "culprit_cgroup_loss_key is ABI");
