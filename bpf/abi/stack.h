/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* One merged stack: typed frames, innermost first, kernel frames before user frames. */
#pragma once

#include "abi_assert.h"

enum {
	CULPRIT_MAX_FRAMES = 1024,
	CULPRIT_MAX_KERNEL_FRAMES = 127,
	CULPRIT_MAX_USER_FRAMES = 512,
};

enum culprit_frame_kind {
	CULPRIT_FRAME_KERNEL = 1, /* address: instruction pointer in the kernel */
	CULPRIT_FRAME_NATIVE =
		2, /* address: user instruction pointer (return address for callers) */
	CULPRIT_FRAME_PYTHON =
		3, /* the runtimes' kinds use extra and check; see userspace/runtimes */
	CULPRIT_FRAME_JAVASCRIPT = 4,
	CULPRIT_FRAME_JAVA = 5,
	CULPRIT_FRAME_GO = 6,
	CULPRIT_FRAME_JIT = 7,
};

enum culprit_frame_flag {
	/* The address is that of the instruction itself, not the one after a call: look it up as it
	 * is. Set on the innermost frame of each mode and on frames interrupted by a signal. */
	CULPRIT_FRAME_EXACT = 1 << 0,
};

/* Why a stack does not reach the outermost frame of its thread; 0 when it does or nobody knows. */
enum culprit_stack_end {
	CULPRIT_STACK_COMPLETE = 0,
	CULPRIT_STACK_DEPTH_LIMIT = 1,     /* more frames than fit */
	CULPRIT_STACK_UNREADABLE = 2,      /* a frame's memory could not be read */
	CULPRIT_STACK_IMPLAUSIBLE = 3,     /* the chain did not move towards the stack's base */
	CULPRIT_STACK_NO_REGISTERS = 4,    /* the user registers were not to be had */
	CULPRIT_STACK_NO_UNWIND_ROWS = 5,  /* code without unwind information */
	CULPRIT_STACK_NO_MAPPING = 6,      /* an address where no code is mapped */
	CULPRIT_STACK_UNSUPPORTED = 7,     /* unwind information of a form that is not understood */
	CULPRIT_STACK_COPIED = 8,          /* not walked: a copy is unwound in userspace */
	CULPRIT_STACK_COPY_LOST = 9,       /* the copy found no room, or nobody could unwind it */
	CULPRIT_STACK_LOST_REGISTER = 10,  /* needs a register that callers' frames do not keep */
	CULPRIT_STACK_TABLE_PENDING = 11,  /* the file's unwind table was not ready in time */
	CULPRIT_STACK_COPY_TOO_SHORT = 12, /* goes on where the copy of the stack does not reach */
	CULPRIT_STACK_END_COUNT = 13,
};

struct culprit_frame {
	__u64 address;
	__u32 extra; /* runtimes: position inside the function */
	__u16 check; /* runtimes: checksum of the object behind address */
	__u8 kind;   /* enum culprit_frame_kind */
	__u8 flags;  /* enum culprit_frame_flag */
};

ABI_ASSERT(sizeof(struct culprit_frame) == 16, "culprit_frame is kernel/user ABI");

/* A stack seen for the first time outside of a CPU sample: sent once, then known by its hash. */
struct culprit_stack_record {
	__u64 stack_hash;
	__u32 record; /* enum culprit_record */
	__u16 frame_count;
	__u8 kernel_end; /* reserved for the kernel part: always complete today */
	__u8 user_end;   /* enum culprit_stack_end */
			 /* frame_count times struct culprit_frame */
};

ABI_ASSERT(sizeof(struct culprit_stack_record) == 16, "culprit_stack_record is kernel/user ABI");
