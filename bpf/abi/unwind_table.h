/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* How to get from a frame to its caller: what is mapped where in an address space, and for each
 * mapped file a table compiled from its .eh_frame. Userspace writes, the walker reads.
 *
 * A table is a search tree of blocks, each the sorted values of one level:
 *   block 0                root: the lowest address of each child
 *   blocks 1 .. middle     only when `middle_blocks` is not 0: the same, one level further down
 *   the other blocks       leaves: (address - the leaf's lowest address) << 16 | number of a rule
 * Children are numbered in order, so that entry p of the root leads to block 1 + p, and entry q of
 * middle block 1 + p to leaf 1 + middle_blocks + p * CULPRIT_UNWIND_BLOCK_ENTRIES + q. On every
 * level the last entry that is not above what is looked for is the one; what is unused is
 * CULPRIT_UNWIND_UNUSED. A row holds until the next one; a gap is a row with rule 0. */
#pragma once

#include "abi_assert.h"

enum {
	CULPRIT_UNWIND_BLOCK_ENTRIES = 256,
	CULPRIT_UNWIND_MAX_RULES = 32768,
	CULPRIT_UNWIND_MAX_TABLES = 4096,
	CULPRIT_UNWIND_MAX_ADDRESS_SPACES = 8192,
	CULPRIT_UNWIND_BLOCK_MAPPINGS = 32, /* most processes have fewer */
	CULPRIT_UNWIND_MAX_MAPPING_BLOCKS = 64,
};

#define CULPRIT_UNWIND_UNUSED 0xffffffffU

struct culprit_unwind_block {
	__u32 entries[CULPRIT_UNWIND_BLOCK_ENTRIES];
};

ABI_ASSERT(sizeof(struct culprit_unwind_block) == 1024, "culprit_unwind_block is kernel/user ABI");

/* Where the canonical frame address (the stack pointer before the call) is. */
enum culprit_unwind_cfa {
	CULPRIT_CFA_NO_ROW = 0,        /* no unwind information here; the rule numbered 0 */
	CULPRIT_CFA_STACK_POINTER = 1, /* sp + cfa_offset */
	CULPRIT_CFA_FRAME_POINTER = 2, /* bp + cfa_offset */
	CULPRIT_CFA_LEAF_REGISTER =
		3,                   /* leaf_register + cfa_offset; known in the leaf frame only */
	CULPRIT_CFA_READ_STACK = 4,  /* what is stored at sp + cfa_offset, plus extra */
	CULPRIT_CFA_READ_FRAME = 5,  /* what is stored at bp + cfa_offset, plus extra */
	CULPRIT_CFA_PLT = 6,         /* sp + 8 + ((ip & 15) >= extra ? 8 : 0) + cfa_offset - 8 */
	CULPRIT_CFA_SIGNAL = 7,      /* the kernel's signal frame: registers are read from it */
	CULPRIT_CFA_OUTERMOST = 8,   /* the thread's first function: nobody called it */
	CULPRIT_CFA_UNSUPPORTED = 9, /* there is information, in a form that is not understood */
};

/* Where the caller's frame pointer is. */
enum culprit_unwind_register {
	CULPRIT_REGISTER_SAME = 0,   /* unchanged */
	CULPRIT_REGISTER_AT_CFA = 1, /* stored at CFA + offset */
	CULPRIT_REGISTER_AT_FRAME =
		2, /* stored at bp + offset (functions that realign the stack) */
	CULPRIT_REGISTER_UNDEFINED = 3,
};

/* Where the return address is. */
enum culprit_unwind_return {
	CULPRIT_RETURN_BELOW_CFA = 0, /* stored at CFA - 8, as on x86-64 */
	CULPRIT_RETURN_AT_CFA = 1,    /* stored at CFA + extra */
	CULPRIT_RETURN_IN_REGISTER =
		2, /* arm64 leaf functions: the link register; x86-64: leaf_register */
};

struct culprit_unwind_rule {
	__u8 cfa;            /* enum culprit_unwind_cfa */
	__u8 frame_pointer;  /* enum culprit_unwind_register */
	__u8 return_address; /* enum culprit_unwind_return */
	__u8 leaf_register;  /* DWARF number, where the above say so */
	__s32 cfa_offset;
	__s32 frame_pointer_offset;
	__s32 extra;
};

ABI_ASSERT(sizeof(struct culprit_unwind_rule) == 16, "culprit_unwind_rule is kernel/user ABI");

/* Instead of the number of a table. */
enum culprit_unwind_special {
	CULPRIT_TABLE_PENDING = 0x7ffffff0, /* is being made: copy the stack, unwind it later */
	CULPRIT_TABLE_NONE = 0x7ffffff1,    /* the file has no unwind information */
	CULPRIT_TABLE_JIT = 0x7ffffff2,     /* code made at run time: frame pointers */
};

/* One executable mapping. The mappings of an address space are sorted by start, in blocks. */
struct culprit_unwind_mapping {
	__u64 start; /* unused ones: all bits set */
	__u64 end;
	__u64 bias;          /* address in the process minus address in the table */
	__u32 table;         /* number of a table, or enum culprit_unwind_special */
	__u32 middle_blocks; /* of the table */
};

ABI_ASSERT(sizeof(struct culprit_unwind_mapping) == 32, "culprit_unwind_mapping is ABI");

struct culprit_unwind_mappings {
	struct culprit_unwind_mapping mappings[CULPRIT_UNWIND_BLOCK_MAPPINGS];
};

ABI_ASSERT(sizeof(struct culprit_unwind_mappings) == 1024, "culprit_unwind_mappings is ABI");
