/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Frames of JavaScript in V8: interpreted ones lie behind built-in code of the file, compiled ones
 * behind code made at run time. Both keep frame pointers; below the saved one lie the context (or a
 * marker, in frames of stubs), the function, the argument count and, of interpreted ones, the
 * bytecode and the offset in it (V8's src/execution/frame-constants.h, 7.8 to 14.1). */
#pragma once

#include "abi/v8_process.h"
#include "lib/stack_buffer.bpf.h"
#include "unwind/arrive.bpf.h"
#include "unwind/frame_pointer.bpf.h"

/* Preallocated, as every hash that the sampler touches must be before 6.1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CULPRIT_MAX_V8_PROCESSES);
	__type(key, struct culprit_unwind_space_key);
	__type(value, struct culprit_v8_process);
} v8_processes SEC(".maps");

/* As they lie below the saved frame pointer. Frames without a number of arguments (before 9) have
 * the bytecode in its place. */
struct v8_frame {
	__u64 bytecode_offset;
	__u64 bytecode_array;
	__u64 argument_count;
	__u64 function;
	__u64 context;
};

/* The beginning of a SharedFunctionInfo, as far as all versions have it. */
struct v8_shared {
	__u64 map;
	__u64 data; /* a small integer: the number of a built-in; else what is executed */
};

static __always_inline int is_v8_object(__u64 word)
{
	return (word & 3) == 1 && word < CULPRIT_V8_POINTER_MASK;
}

static __always_inline int is_v8_builtin(const struct culprit_v8_process *process, __u64 ip)
{
	return (ip >= process->builtins_start[0] && ip < process->builtins_end[0]) ||
	       (ip >= process->builtins_start[1] && ip < process->builtins_end[1]);
}

/* The function that the frame is of; 0: a stub's, or none. */
static __always_inline __u64 v8_shared_of(const struct culprit_v8_process *process,
					  const struct v8_frame *frame)
{
	__u64 shared;

	if (!is_v8_object(frame->context) || !is_v8_object(frame->function) ||
	    !read_word(&shared, frame->function - 1 + process->function_shared))
		return 0;
	return is_v8_object(shared) ? shared : 0;
}

static __always_inline int push_v8_compiled(struct stack_buffer *stack,
					    const struct unwind_state *state, __u64 shared)
{
	__u16 check = state->ip >> 32 & 0x7fff;

	if (state->exact)
		check |= CULPRIT_V8_EXACT;
	push_runtime_frame(stack, shared | (__u64)CULPRIT_V8_COMPILED << CULPRIT_V8_KIND_SHIFT,
			   (__u32)state->ip, check, CULPRIT_FRAME_JAVASCRIPT);
	return 1;
}

/* Handlers of bytecodes run in the interpreted function's frame; the innermost one has bytecode and
 * offset in registers. Any other built-in in that frame has none of its own (yet): both are there.
 */
static __always_inline int push_v8_interpreted(struct stack_buffer *stack,
					       struct unwind_state *state,
					       const struct culprit_v8_process *process,
					       const struct v8_frame *frame, __u64 shared)
{
	__u64 array = frame->bytecode_array, offset = frame->bytecode_offset;
	struct v8_shared content;
	__u64 counts;

	if (!process->counts_arguments) {
		offset = array;
		array = frame->argument_count;
	}
	if (!is_v8_object(array) || (__u32)offset)
		return 0;
	offset >>= 32;
	if (bpf_probe_read_user(&content, sizeof(content), (const void *)(shared - 1)) ||
	    !(content.data & 1))
		return 0;
	if (!read_word(&counts, shared - 1 + process->shared_counts))
		return 0;
	if (state->innermost && state->registers.regs.r12 != array)
		push_frame(stack, state->ip, CULPRIT_FRAME_NATIVE,
			   state->exact ? CULPRIT_FRAME_EXACT : 0);
	else if (state->innermost && state->registers.regs.r9 < 1 << 28)
		offset = state->registers.regs.r9;
	state->v8_interpreted = state->bp;
	push_runtime_frame(stack, shared | (__u64)CULPRIT_V8_INTERPRETED << CULPRIT_V8_KIND_SHIFT,
			   (__u32)offset, culprit_v8_check(counts), CULPRIT_FRAME_JAVASCRIPT);
	return 1;
}

/* Global: verified once. 1: the frame has been pushed. */
__noinline int push_v8_frame(void)
{
	struct unwind_state *state = unwind_state();
	struct stack_buffer *stack = current_stack_buffer();
	struct culprit_v8_process *process;
	struct v8_frame frame;
	__u64 shared = 0;
	int compiled, readable;

	if (!state || !stack)
		return 0;
	process = bpf_map_lookup_elem(&v8_processes, &state->key);
	if (!process)
		return 0;
	compiled = state->mapping.table == CULPRIT_TABLE_JIT;
	if (!compiled && !is_v8_builtin(process, state->ip))
		return 0;
	/* A handler's return address, to the code that entered the interpreter, is of one frame
	 * with it. */
	if (!compiled && state->bp == state->v8_interpreted)
		return 1;
	readable = state->bp && !bpf_probe_read_user(&frame, sizeof(frame),
						     (const void *)(state->bp - sizeof(frame)));
	if (readable)
		shared = v8_shared_of(process, &frame);
	if (compiled)
		return push_v8_compiled(stack, state, shared);
	return shared && push_v8_interpreted(stack, state, process, &frame, shared);
}

/* Compiled code has a frame but for its first and last instructions: `push %rbp`, `mov %rsp, %rbp`,
 * `ret`. Global: verified once. */
__noinline int step_by_v8(void)
{
	struct unwind_state *state = unwind_state();
	__u64 code, ip, sp;

	if (!state)
		return CULPRIT_STACK_NO_REGISTERS;
	if (!state->exact || !state->innermost || !read_word(&code, state->ip))
		return 0;
	sp = state->sp;
	if ((code & 0xffffff) == 0xe58948 || (code & 0xffffff) == 0xec8b48)
		sp += sizeof(__u64);
	else if ((code & 0xff) != 0x55 && (code & 0xff) != 0xc3 && (code & 0xff) != 0xc2)
		return 0;
	if (!read_word(&ip, sp))
		return 0;
	return arrive(state, ip, sp + sizeof(__u64), state->bp) == UNWIND_CONTINUES
		       ? UNWIND_CONTINUES
		       : 0;
}
