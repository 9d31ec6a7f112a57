/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What a record in a ring is: the 32 bits at byte offset 8 of every record. */
#pragma once

#include "abi_assert.h"

enum culprit_record {
	CULPRIT_RECORD_CPU_SAMPLE = 1,
	CULPRIT_RECORD_STACK = 2,
	CULPRIT_RECORD_PROCESS_EVENT = 3,
	CULPRIT_RECORD_CGROUP_EVENT = 4,
	CULPRIT_RECORD_STACK_COPY = 5,
	CULPRIT_RECORD_FRAME_PLACES = 6,
};
