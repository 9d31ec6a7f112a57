/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* One tick of the sampling clock on one CPU: who ran, in which context, with which stack. */
#pragma once

#include "record.h"
#include "stack.h"
#include "task.h"

enum culprit_context {
	CULPRIT_CONTEXT_USER = 1,
	CULPRIT_CONTEXT_SYSCALL = 2, /* kernel mode on behalf of the task (faults and exits too) */
	CULPRIT_CONTEXT_SOFTIRQ = 3, /* belongs to kernel:softirq, not to the interrupted task */
	CULPRIT_CONTEXT_HARDIRQ = 4,
	CULPRIT_CONTEXT_KERNEL_THREAD = 5,
};

/* What became of a tick of the sampling clock. */
enum culprit_tick {
	CULPRIT_TICK_IDLE = 0,
	CULPRIT_TICK_DELIVERED = 1,
	CULPRIT_TICK_FILTERED = 2, /* not one of the containers asked for */
	CULPRIT_TICK_COUNT = 3,
};

/* Counters of the thread that only grow: hints of progress that cost nothing on the syscall path.
 */
struct culprit_progress {
	__u64 runtime_ns;   /* se.sum_exec_runtime */
	__u64 run_queue_ns; /* sched_info.run_delay */
	__u64 voluntary_switches;
	__u64 forced_switches;
	__u64 major_faults;
	__u64 write_calls;   /* ioac.syscw */
	__u64 written_bytes; /* ioac.wchar */
	__u64 read_calls;    /* ioac.syscr */
	__u64 read_bytes;    /* ioac.rchar */
};

ABI_ASSERT(sizeof(struct culprit_progress) == 72, "culprit_progress is kernel/user ABI");

struct culprit_cpu_sample {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u32 record;  /* enum culprit_record */
	__u32 cpu;
	__u64 stack_hash; /* 0: no stack at all */
	struct culprit_task task;
	struct culprit_progress progress;
	__s32 syscall;     /* number while inside a system call, else -1 */
	__u16 frame_count; /* frames that follow; 0 when userspace has seen the hash */
	__u8 context;      /* enum culprit_context */
	__u8 user_end;     /* enum culprit_stack_end */
			   /* frame_count times struct culprit_frame */
};

ABI_ASSERT(sizeof(struct culprit_cpu_sample) == 168, "culprit_cpu_sample is kernel/user ABI");
ABI_ASSERT(__builtin_offsetof(struct culprit_cpu_sample, record) == 8, "record must be at 8");
ABI_ASSERT(__builtin_offsetof(struct culprit_cpu_sample, task) == 24, "task moved");
ABI_ASSERT(__builtin_offsetof(struct culprit_cpu_sample, progress) == 88, "progress moved");
