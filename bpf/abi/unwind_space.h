/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Where the mappings of one address space are kept, and what is sent when the walker cannot do
 * without userspace. */
#pragma once

#include "unwind_table.h"

/* Addresses of the kernel's are used again: the number of an address space alone may soon be that
 * of another process. */
struct culprit_unwind_space_key {
	__u64 address_space;
	__u64 process_start_ns;
};

ABI_ASSERT(sizeof(struct culprit_unwind_space_key) == 16, "culprit_unwind_space_key is ABI");

/* Some blocks in a row of the array of mapping blocks. Address spaces that began as copies of each
 * other share them. */
struct culprit_unwind_space {
	__u32 first_block;
	__u32 block_count;
	/* Stacks that may still be sent because an address had no mapping: new code is told of by
	 * the kernel, with a delay; a stack that makes no sense looks the same. */
	__s32 copies_left;
	__u32 reserved;
};

ABI_ASSERT(sizeof(struct culprit_unwind_space) == 16, "culprit_unwind_space is kernel/user ABI");

enum {
	CULPRIT_UNWIND_POOL_BLOCKS = 1536, /* of mappings, for all address spaces together */
	CULPRIT_STACK_COPY_BYTES = 16384,
	CULPRIT_STACK_COPY_PAGE = 4096,
	CULPRIT_UNWIND_REGISTERS = 16,
};

/* A user stack to be unwound later. Comes after the sample or event that names `stack_hash`. */
struct culprit_stack_copy {
	__u64 stack_hash; /* stands for the stack until its frames are known */
	__u32 record;     /* enum culprit_record */
	__u32 bytes;      /* of the stack, from the stack pointer up; they follow */
	__u64 time_ns;
	__u64 process_start_ns;
	__u64 address_space;
	__u32 pid;
	__u32 reserved;
	__u64 ip;
	__u64 registers[CULPRIT_UNWIND_REGISTERS]; /* by DWARF number */
						   /* bytes of the stack */
};

ABI_ASSERT(sizeof(struct culprit_stack_copy) == 184, "culprit_stack_copy is kernel/user ABI");
ABI_ASSERT(__builtin_offsetof(struct culprit_stack_copy, record) == 8, "record must be at 8");
