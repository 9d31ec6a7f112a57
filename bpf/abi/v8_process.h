/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What the walker has to know of a process that runs V8, and what its frames carry. */
#pragma once

#include "abi_assert.h"

enum {
	CULPRIT_MAX_V8_PROCESSES = 512,
	/* The text segment, and a second mapping of it nearer to the compiled code. */
	CULPRIT_V8_BUILTIN_RANGES = 2,
};

/* A frame's `address` is the SharedFunctionInfo (as tagged in memory, or 0) below these bits. */
enum culprit_v8_frame {
	CULPRIT_V8_INTERPRETED = 1, /* extra: bytecode offset as in the frame; check: see below */
	CULPRIT_V8_COMPILED = 2,    /* extra: low half of the pc; check: its high half and below it
				       CULPRIT_V8_EXACT */
};

#define CULPRIT_V8_KIND_SHIFT 56
#define CULPRIT_V8_POINTER_MASK 0x00007fffffffffffULL
#define CULPRIT_V8_EXACT 0x8000 /* of `check`: user addresses leave the bit free */

struct culprit_v8_process {
	__u64 builtins_start[CULPRIT_V8_BUILTIN_RANGES];
	__u64 builtins_end[CULPRIT_V8_BUILTIN_RANGES]; /* 0: no such range */
	__u32 function_shared;  /* offset of the SharedFunctionInfo in a JSFunction */
	__u32 shared_counts;    /* offset in that of three u16: length, parameters, token offset */
	__u32 counts_arguments; /* a frame holds their number, between function and bytecode */
	__u32 reserved;
};

ABI_ASSERT(sizeof(struct culprit_v8_process) == 48, "culprit_v8_process is kernel/user ABI");

/* Of an interpreted function, what does not change while it lives: detects memory that has become
 * something else. 16 bits. */
static inline __u64 culprit_v8_check(__u64 counts)
{
	return (counts >> 16 ^ counts >> 32) & 0xffff;
}
