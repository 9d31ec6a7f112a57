/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* CPython 3.8 to 3.14: a frame in the evaluation loop stands for the Python frames that this
 * activation of it runs. The thread is found in the interpreters' lists by its thread pointer,
 * which is what pthread_self() gives with glibc and musl: it needs neither the GIL nor TLS. */
#pragma once

#include "abi/python_process.h"
#include "lib/stack_buffer.bpf.h"
#include "unwind/arrive.bpf.h"

enum {
	PYTHON_MOST_THREADS = 512,
	PYTHON_KNOWN_THREADS = 1024,
	PYTHON_OWNED_BY_C =
		3, /* 3.12, 3.13: FRAME_OWNED_BY_CSTACK; 3.14: _INTERPRETER, _CSTACK 4 */
	PYTHON_STACKREF_BITS = 7, /* 3.14: a frame's pointers are tagged */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct culprit_unwind_space_key);
	__type(value, struct culprit_python_process);
} python_processes SEC(".maps");

struct python_walk {
	struct culprit_python_process process;
	__u64 interpreter;
	__u64 thread;
	__u64 thread_pointer;
	__u64 frame;     /* the next one to be pushed */
	__u32 exhausted; /* no further thread state belongs to this thread */
	__u32 began;
	__u8 frame_bytes[CULPRIT_PYTHON_FRAME_BYTES + 16];
	__u8 code_bytes[CULPRIT_PYTHON_CODE_BYTES + 112];
};

/* The walk's Python part, one per CPU and program. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct python_walk);
} python_walks SEC(".maps");

struct python_thread {
	__u64 address_space;
	__u64 thread;
	__u32 tid;
	__u32 reserved;
};

/* Where a thread's state was found last; by thread number, modulo the size. A hint that is checked.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PYTHON_KNOWN_THREADS);
	__type(key, __u32);
	__type(value, struct python_thread);
} python_threads SEC(".maps");

static __always_inline struct python_walk *python_walk(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&python_walks, &zero);
}

static __always_inline void enter_python(const struct unwind_state *state)
{
	struct culprit_python_process *process =
		bpf_map_lookup_elem(&python_processes, &state->key);
	struct python_walk *walk = python_walk();

	if (!walk)
		return;
	walk->began = 0;
	walk->frame = 0;
	walk->exhausted = !process;
	if (process)
		walk->process = *process;
	else
		walk->process.loops[0].end = 0;
}

static __always_inline struct python_thread *known_python_thread(void)
{
	__u32 slot = (__u32)bpf_get_current_pid_tgid() % PYTHON_KNOWN_THREADS;

	return bpf_map_lookup_elem(&python_threads, &slot);
}

/* PyThreadState begins with prev, next, interp in all versions: freed ones are told by the list. */
struct python_links {
	__u64 previous;
	__u64 next;
	__u64 interpreter;
};

static __always_inline int is_linked(const struct python_walk *walk, __u64 thread,
				     const struct python_links *links)
{
	__u64 back = 0;
	__u64 place = links->previous ? links->previous + 8
				      : links->interpreter + walk->process.interpreter_threads;

	return read_word(&back, place) && back == thread;
}

/* Global: verified once. Only while there is one interpreter is a thread's state always the same.
 */
__noinline int recall_python_thread(void)
{
	struct python_thread *known = known_python_thread();
	struct unwind_state *state = unwind_state();
	struct python_walk *walk = python_walk();
	struct python_links links;
	__u64 word = 0, thread;

	if (!known || !state || !walk || known->tid != (__u32)bpf_get_current_pid_tgid() ||
	    known->address_space != state->key.address_space)
		return 0;
	thread = known->thread;
	if (bpf_probe_read_user(&links, sizeof(links), (const void *)thread) ||
	    !read_word(&word, thread + walk->process.thread_id) || word != walk->thread_pointer ||
	    !read_word(&word, walk->process.interpreters) || word != links.interpreter ||
	    !is_linked(walk, thread, &links))
		return 0;
	walk->interpreter = links.interpreter;
	walk->thread = thread;
	return 1;
}

static __always_inline void remember_python_thread(const struct python_walk *walk)
{
	struct python_thread *known = known_python_thread();
	struct unwind_state *state = unwind_state();
	__u64 head = 0, next = 1;

	if (!known || !state || !read_word(&head, walk->process.interpreters) ||
	    head != walk->interpreter || !read_word(&next, head + walk->process.interpreter_next) ||
	    next)
		return;
	known->tid = (__u32)bpf_get_current_pid_tgid();
	known->address_space = state->key.address_space;
	known->thread = walk->thread;
}

/* Global: verified once. To the next thread state of all interpreters: 1: it is this thread's. */
__noinline int next_python_thread(void)
{
	struct python_walk *walk = python_walk();
	__u64 word = 0, place;

	if (!walk)
		return 0;
	if (walk->thread) {
		if (!read_word(&walk->thread, walk->thread + 8))
			walk->exhausted = 1;
	} else {
		place = walk->interpreter ? walk->interpreter + walk->process.interpreter_next
					  : walk->process.interpreters;
		if (!read_word(&walk->interpreter, place) || !walk->interpreter ||
		    !read_word(&walk->thread,
			       walk->interpreter + walk->process.interpreter_threads))
			walk->exhausted = 1;
	}
	if (walk->exhausted || !walk->thread)
		return 0;
	return read_word(&word, walk->thread + walk->process.thread_id) &&
	       word == walk->thread_pointer;
}

/* Global: verified once. Sets walk->frame to what the thread's state runs; 0: nothing. */
__noinline int enter_python_thread(void)
{
	struct python_walk *walk = python_walk();
	__u64 frame = 0;

	if (!walk || !read_word(&frame, walk->thread + walk->process.thread_frame) || !frame)
		return 0;
	if (walk->process.frame_indirection != 0xffff &&
	    !read_word(&frame, frame + walk->process.frame_indirection))
		return 0;
	walk->frame = frame;
	return frame != 0;
}

/* Global: verified once. The first, or one that ran before on the same native stack (it belongs to
 * another interpreter). */
__noinline int find_python_thread(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct python_walk *walk = python_walk();

	if (!walk)
		return 0;
	if (!walk->began) {
		walk->began = 1;
		walk->interpreter = 0;
		walk->thread = 0;
		walk->thread_pointer = BPF_CORE_READ(task, thread.fsbase);
		if (recall_python_thread() && enter_python_thread())
			return 1;
		walk->interpreter = 0;
		walk->thread = 0;
	}
	for (int count = 0; count < PYTHON_MOST_THREADS; count++) {
		if (walk->exhausted)
			return 0;
		if (next_python_thread() && enter_python_thread()) {
			remember_python_thread(walk);
			return 1;
		}
	}
	walk->exhausted = 1;
	return 0;
}

static __always_inline __u64 word_of_frame(const struct python_walk *walk, __u16 offset)
{
	return *(__u64 *)(walk->frame_bytes + (offset & 0x78));
}

static __always_inline __u64 word_of_code(const struct python_walk *walk, __u16 offset)
{
	return *(__u64 *)(walk->code_bytes + (offset & 0xf8));
}

static __always_inline __u32 position_in(const struct python_walk *walk, __u64 code)
{
	const struct culprit_python_process *process = &walk->process;
	__u64 position = word_of_frame(walk, process->frame_position);

	if (process->flavour == CULPRIT_PYTHON_ONE_FRAME)
		return (__u32)position * process->position_bytes;
	position -= code + process->code_instructions;
	/* Before the first instruction: a small negative number. */
	if (position + 64 > 0x10000000)
		return CULPRIT_PYTHON_NO_POSITION;
	return (__u32)position;
}

enum {
	PYTHON_MORE = 0,   /* this activation runs further frames */
	PYTHON_LAST = 1,   /* that was its outermost */
	PYTHON_PUSHED = 2, /* added: a frame was pushed */
};

/* Global: verified once. Pushes the walk's frame and goes on to the one that called it. */
__noinline int push_python_frame(void)
{
	struct stack_buffer *stack = current_stack_buffer();
	struct python_walk *walk = python_walk();
	const struct culprit_python_process *process;
	__u64 frame, code;
	__u32 size, line;
	__u8 owner;

	if (!walk || !stack)
		return PYTHON_LAST;
	process = &walk->process;
	frame = walk->frame;
	walk->frame = 0; /* until the next one is known */
	size = process->frame_bytes;
	if (size > CULPRIT_PYTHON_FRAME_BYTES)
		size = CULPRIT_PYTHON_FRAME_BYTES;
	if (bpf_probe_read_user(walk->frame_bytes, size, (const void *)frame))
		return PYTHON_LAST;
	owner = walk->frame_bytes[process->frame_owner & 0x7f];
	if (process->flavour == CULPRIT_PYTHON_ENTRY_FRAME && owner >= PYTHON_OWNED_BY_C) {
		walk->frame = word_of_frame(walk, process->frame_previous);
		return PYTHON_LAST;
	}
	code = word_of_frame(walk, process->frame_code) & ~(__u64)PYTHON_STACKREF_BITS;
	if (bpf_probe_read_user(walk->code_bytes, CULPRIT_PYTHON_CODE_BYTES, (const void *)code) ||
	    word_of_code(walk, 8) != process->code_type)
		return PYTHON_LAST;
	line = *(__u32 *)(walk->code_bytes + (process->code_line & 0xfc));
	push_runtime_frame(stack, code, position_in(walk, code),
			   culprit_python_check(line, word_of_code(walk, process->code_name),
						word_of_code(walk, process->code_file)),
			   CULPRIT_FRAME_PYTHON);
	walk->frame = word_of_frame(walk, process->frame_previous);
	if (process->flavour == CULPRIT_PYTHON_ONE_FRAME ||
	    (process->flavour == CULPRIT_PYTHON_ENTRY_FLAG && owner))
		return PYTHON_PUSHED | PYTHON_LAST;
	return PYTHON_PUSHED | PYTHON_MORE;
}

static __always_inline int in_evaluation_loop(const struct culprit_python_process *process,
					      __u64 address)
{
	for (int part = 0; part < CULPRIT_PYTHON_LOOPS; part++)
		if (address >= process->loops[part].start && address < process->loops[part].end)
			return 1;
	return 0;
}

/* Global: verified once. At a native frame: 1 when Python frames were pushed in its place. */
__noinline int push_python_frames(void)
{
	struct unwind_state *state = unwind_state();
	struct python_walk *walk = python_walk();
	int pushed = 0;

	if (!state || !walk || !in_evaluation_loop(&walk->process, address_to_look_up(state)))
		return 0;
	if (!walk->frame && (walk->exhausted || !find_python_thread()))
		return 0;
	for (int count = 0; count < CULPRIT_MAX_USER_FRAMES; count++) {
		int result = push_python_frame();

		pushed |= result & PYTHON_PUSHED;
		if ((result & PYTHON_LAST) || !walk->frame)
			break;
	}
	return pushed != 0;
}
