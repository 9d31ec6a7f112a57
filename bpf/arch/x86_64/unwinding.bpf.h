/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What unwinding depends on that is peculiar to x86-64: where registers, signal frames and return
 * addresses are, and what a call looks like. */
#pragma once

#include "unwind/unwind_state.bpf.h"

enum { CULPRIT_RETURN_ADDRESS_SIZE = 8 };

/* DWARF numbers registers in an order of its own: rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8-r15.
 * This is where the kernel keeps each, in words. */
const __u8 place_of_register[CULPRIT_UNWIND_REGISTERS] = {10, 12, 11, 5, 13, 14, 4, 19,
							  9,  8,  7,  6, 3,  2,  1, 0};

static __always_inline __u64 register_value(const struct user_registers *registers, __u32 number)
{
	const unsigned long *words = (const unsigned long *)&registers->regs;

	return words[place_of_register[number & (CULPRIT_UNWIND_REGISTERS - 1)] & 31];
}

/* sp is the only one of them that the kernel keeps beyond the first sixteen words. */
static __always_inline __u64 any_register(const struct user_registers *registers, __u32 number)
{
	return number == 7 ? registers->regs.sp : register_value(registers, number);
}

/* arch/x86/include/asm/segment.h: __USER32_CS. Its frames have half the size. */
static __always_inline int is_32_bit(const struct user_registers *registers)
{
	return (registers->regs.cs & 0xffff) == 0x23;
}

enum { CULPRIT_MAX_OTHER_STACKS = 2 };

static __always_inline void begin_at(struct unwind_state *state)
{
	state->ip = state->registers.regs.ip;
	state->sp = state->registers.regs.sp;
	state->bp = state->registers.regs.bp;
	state->innermost = 1;
	state->other_stacks_left = CULPRIT_MAX_OTHER_STACKS;
	/* Inside a system call the address is that behind the instruction, which may be the
	 * function's last one. Interrupts and faults have no number here. */
	state->exact = (long)state->registers.regs.orig_ax < 0;
}

/* arch/x86/include/uapi/asm/sigcontext.h: eight words into struct ucontext are the registers r8 to
 * r15, di, si, bp, bx, dx, ax, cx, sp, ip. The stack pointer points to the ucontext. */
struct signal_registers {
	__u64 r8, r9, r10, r11, r12, r13, r14, r15, di, si, bp, bx, dx, ax, cx, sp, ip;
};

enum { CULPRIT_UCONTEXT_REGISTERS = 40 };

/* Goes on with what the signal interrupted. */
static __always_inline __u32 leave_signal_frame(struct unwind_state *state)
{
	struct signal_registers saved;
	struct culprit_plain_pt_regs *regs = &state->registers.regs;

	if (bpf_probe_read_user(&saved, sizeof(saved),
				(const void *)(state->sp + CULPRIT_UCONTEXT_REGISTERS)))
		return CULPRIT_STACK_UNREADABLE;
	regs->r8 = saved.r8;
	regs->r9 = saved.r9;
	regs->r10 = saved.r10;
	regs->r11 = saved.r11;
	regs->r12 = saved.r12;
	regs->r13 = saved.r13;
	regs->r14 = saved.r14;
	regs->r15 = saved.r15;
	regs->di = saved.di;
	regs->si = saved.si;
	regs->bp = saved.bp;
	regs->bx = saved.bx;
	regs->dx = saved.dx;
	regs->ax = saved.ax;
	regs->cx = saved.cx;
	regs->sp = saved.sp;
	regs->ip = saved.ip;
	/* The handler may be inside a system call; what it interrupted is taken to be at its ip. */
	regs->orig_ax = -1;
	begin_at(state);
	return UNWIND_CONTINUES;
}

/* Signal handlers return to "mov $15, %eax; syscall" (rt_sigreturn), written in either of two ways.
 * C libraries without unwind information for it are met. */
static __always_inline int is_signal_return(__u64 ip)
{
	__u64 code = 0;

	if (bpf_probe_read_user(&code, sizeof(code), (const void *)ip))
		return 0;
	return code == 0x0f0000000fc0c748ULL ||
	       (code & 0x00ffffffffffffffULL) == 0x00050f0000000fb8ULL;
}

/* Does the instruction before this address call something? Direct (e8), or through a register or
 * memory (ff /2) in its shorter and longer forms. */
static __always_inline int follows_a_call(__u64 address)
{
	__u8 code[8] = {};

	if (bpf_probe_read_user(code, sizeof(code), (const void *)(address - sizeof(code))))
		return 0;
	if (code[3] == 0xe8)
		return 1;
	return (code[6] == 0xff && (code[7] & 0x38) == 0x10) ||
	       (code[5] == 0xff && (code[6] & 0x38) == 0x10) ||
	       (code[4] == 0xff && (code[5] & 0x38) == 0x10) ||
	       (code[2] == 0xff && (code[3] & 0x38) == 0x10) ||
	       (code[1] == 0xff && (code[2] & 0x38) == 0x10);
}

/* CULPRIT_CFA_PLT: entries of 16 bytes, each of which pushes one word at some point. */
static __always_inline __u64 plt_frame(const struct unwind_state *state, __s32 cfa_offset,
				       __s32 extra)
{
	__u64 pushed = (state->ip & 15) >= (__u64)extra ? 8 : 0;

	return state->sp + cfa_offset + pushed;
}
