/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Where a CPython process keeps what the walker follows. Made by userspace/runtimes/python/. */
#pragma once

#include "abi_assert.h"

enum {
	CULPRIT_PYTHON_LOOPS = 3, /* parts of the evaluation loop: hot, cold, another cold */
	CULPRIT_PYTHON_FRAME_BYTES = 112, /* of a frame, from its beginning, are looked at */
	CULPRIT_PYTHON_CODE_BYTES = 144,  /* of a code object */
	CULPRIT_PYTHON_NO_POSITION = 0x7fffffff,
};

/* How many frames one activation of the evaluation loop runs. */
enum culprit_python_flavour {
	CULPRIT_PYTHON_ONE_FRAME = 0,   /* up to 3.10: one; what comes next is f_back */
	CULPRIT_PYTHON_ENTRY_FLAG = 1,  /* 3.11: as many as up to the one whose is_entry is set */
	CULPRIT_PYTHON_ENTRY_FRAME = 2, /* since 3.12: up to a frame that belongs to the C stack */
};

struct culprit_python_range {
	__u64 start;
	__u64 end;
};

/* Addresses, then offsets. */
struct culprit_python_process {
	struct culprit_python_range loops[CULPRIT_PYTHON_LOOPS];
	__u64 interpreters; /* address of the list's head */
	__u64 code_type;    /* address of PyCode_Type */
	__u16 interpreter_next;
	__u16 interpreter_threads;
	__u16 thread_id;
	__u16 thread_frame;
	__u16 frame_indirection; /* 3.11, 3.12: in what thread_frame points to; 0xffff: none */
	__u16 frame_bytes;       /* how much of a frame may be read */
	__u16 frame_code;
	__u16 frame_previous;
	__u16 frame_position; /* up to 3.10 the number of an instruction, then its address */
	__u16 frame_owner;
	__u16 code_line; /* of the code object: first line, name, file, instructions */
	__u16 code_name;
	__u16 code_file;
	__u16 code_instructions;
	__u8 flavour;        /* enum culprit_python_flavour */
	__u8 position_bytes; /* of the number of an instruction: bytes for each */
	__u16 reserved;
};

ABI_ASSERT(sizeof(struct culprit_python_process) == 96,
	   "culprit_python_process is kernel/user ABI");

/* What a reused address is told by: 16 bits of what differs from function to function. */
static inline __u32 culprit_python_check(__u32 first_line, __u64 name, __u64 file)
{
	__u64 mixed = (name ^ file << 7) + first_line * 0x9E3779B97F4A7C15ULL;

	mixed *= 0xFF51AFD7ED558CCDULL;
	mixed >>= 48;
	return mixed & 0xffff;
}
