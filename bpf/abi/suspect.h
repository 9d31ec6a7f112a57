/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Threads whose activations are looked at: where the frames of a suspected thread lie on its stack,
 * and which of its stack's words are watched meanwhile. */
#pragma once

#include "record.h"

enum {
	CULPRIT_MAX_SUSPECTS = 16,
	CULPRIT_WATCHED_SLOTS = 4, /* as many as x86-64 has debug registers for data */
	CULPRIT_MAX_PLACES = 512,
	CULPRIT_PLACES_INTERVAL_MS = 50,
};

/* A word of a stack that a watchpoint is armed on, and what is in it. Reading it would trap. */
struct culprit_watched_slot {
	__u64 address; /* 0: none */
	__u64 content;
};

/* Key: the thread's number, 32 bits. */
struct culprit_suspect {
	__u64 thread_start_ns; /* numbers are used again */
	__u64 told_ns;         /* when its places were sent last; the kernel part's own */
	struct culprit_watched_slot slots[CULPRIT_WATCHED_SLOTS];
};

ABI_ASSERT(sizeof(struct culprit_suspect) == 80, "culprit_suspect is kernel/user ABI");

/* A native frame: its instruction, and the stack pointer as it would be back in it. The return
 * address of a frame lies right below the stack pointer of the frame that called it. */
struct culprit_frame_place {
	__u64 ip;
	__u64 sp;
};

/* All native frames of a suspected thread at one tick, innermost first. */
struct culprit_frame_places {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u32 record;  /* enum culprit_record */
	__u32 pid;
	__u64 process_start_ns;
	__u64 thread_start_ns;
	__u64 address_space;
	__u32 tid;
	__u16 count;
	__u8 user_end; /* enum culprit_stack_end */
	__u8 reserved;
	/* count times struct culprit_frame_place */
};

ABI_ASSERT(sizeof(struct culprit_frame_places) == 48, "culprit_frame_places is kernel/user ABI");
ABI_ASSERT(__builtin_offsetof(struct culprit_frame_places, record) == 8, "record must be at 8");
