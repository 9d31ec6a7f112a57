/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* System calls as x86-64 numbers and passes them: the only facts of the syscall program that
 * differ between architectures. */
#pragma once

#include "syscalls/call_kind.bpf.h"

enum { CULPRIT_SYSCALL_LIMIT = 512 };

/* arch/x86/entry/syscalls/syscall_64.tbl */
static const __u8 call_kinds[CULPRIT_SYSCALL_LIMIT] = {
	[0] = CALL_READ,               /* read */
	[1] = CALL_WRITE,              /* write */
	[17] = CALL_READ,              /* pread64 */
	[18] = CALL_WRITE,             /* pwrite64 */
	[19] = CALL_READ_VECTOR,       /* readv */
	[20] = CALL_WRITE_VECTOR,      /* writev */
	[40] = CALL_TRANSFER,          /* sendfile */
	[42] = CALL_CONNECT,           /* connect */
	[43] = CALL_ACCEPT,            /* accept */
	[44] = CALL_SEND_TO,           /* sendto; send is sendto without an address */
	[45] = CALL_RECEIVE_FROM,      /* recvfrom */
	[46] = CALL_SEND_MESSAGE,      /* sendmsg */
	[47] = CALL_RECEIVE_MESSAGE,   /* recvmsg */
	[74] = CALL_SYNC,              /* fsync */
	[75] = CALL_SYNC,              /* fdatasync */
	[275] = CALL_TRANSFER_THIRD,   /* splice */
	[288] = CALL_ACCEPT,           /* accept4 */
	[296] = CALL_WRITE_VECTOR,     /* pwritev */
	[299] = CALL_RECEIVE_MESSAGES, /* recvmmsg */
	[307] = CALL_SEND_MESSAGES,    /* sendmmsg */
	[326] = CALL_TRANSFER_THIRD,   /* copy_file_range */
	[328] = CALL_WRITE_VECTOR,     /* pwritev2 */
};

/* arch/x86/entry/syscalls/syscall_32.tbl: of 32-bit programs, what they write to files. */
static const __u8 compat_call_kinds[CULPRIT_SYSCALL_LIMIT] = {
	[4] = CALL_WRITE,             /* write */
	[118] = CALL_SYNC,            /* fsync */
	[146] = CALL_WRITE_VECTOR_32, /* writev */
	[148] = CALL_SYNC,            /* fdatasync */
	[181] = CALL_WRITE,           /* pwrite64 */
	[187] = CALL_TRANSFER,        /* sendfile */
	[239] = CALL_TRANSFER,        /* sendfile64 */
	[334] = CALL_WRITE_VECTOR_32, /* pwritev */
	[377] = CALL_TRANSFER_THIRD,  /* copy_file_range */
	[379] = CALL_WRITE_VECTOR_32, /* pwritev2 */
};

/* arch/x86/include/asm/thread_info.h: set from entry to exit of a 32-bit call. */
enum { CULPRIT_TS_COMPAT = 0x2 };

static __always_inline int is_compat_status(__u32 status)
{
	return (status & CULPRIT_TS_COMPAT) != 0;
}

/* Where the tracepoint says the user's registers are; `typed`: the verifier knows what that points
 * to. A constant in every caller. */
struct call_registers {
	struct pt_regs *at;
	int typed;
};

/* The pointer is copied first: its own place in the structure is none of the kernel's. */
#define READ_REGISTER(registers, name)                                                             \
	({                                                                                         \
		struct pt_regs *at_ = (registers).at;                                              \
		(registers).typed ? at_->name : BPF_CORE_READ(at_, name);                          \
	})

static __always_inline __u64 call_number(struct call_registers registers)
{
	return READ_REGISTER(registers, orig_ax);
}

/* The arguments are still in their registers when a call ends; only rax, rcx and r11 are not. */
static __always_inline void read_call_arguments(__u64 *arguments, struct call_registers registers)
{
	arguments[0] = READ_REGISTER(registers, di);
	arguments[1] = READ_REGISTER(registers, si);
	arguments[2] = READ_REGISTER(registers, dx);
	arguments[3] = READ_REGISTER(registers, r10);
	arguments[4] = READ_REGISTER(registers, r8);
	arguments[5] = READ_REGISTER(registers, r9);
}

/* arch/x86/entry/entry_64_compat.S: 32-bit calls pass theirs so, however they enter the kernel. */
static __always_inline void read_compat_arguments(__u64 *arguments, struct call_registers registers)
{
	arguments[0] = (__u32)READ_REGISTER(registers, bx);
	arguments[1] = (__u32)READ_REGISTER(registers, cx);
	arguments[2] = (__u32)READ_REGISTER(registers, dx);
	arguments[3] = (__u32)READ_REGISTER(registers, si);
	arguments[4] = (__u32)READ_REGISTER(registers, di);
	arguments[5] = (__u32)READ_REGISTER(registers, bp);
}
