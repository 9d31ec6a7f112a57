/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Where language runtimes take part in a walk: the frames of the program that an interpreter or a
 * compiler runs, and the way out of code that was made at run time. One header for each runtime;
 * its parts that do work are global functions (verified once), called from here. */
#pragma once

#include "abi/runtime_space.h"
#include "lib/stack_buffer.bpf.h"
#include "runtimes/python.bpf.h"
#include "runtimes/v8.bpf.h"
#include "unwind/arrive.bpf.h"

/* Preallocated, as every hash that the sampler touches must be before 6.1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CULPRIT_MAX_RUNTIME_SPACES);
	__type(key, struct culprit_unwind_space_key);
	__type(value, struct culprit_runtime_space);
} runtime_spaces SEC(".maps");

enum {
	RUNTIME_HAS_NO_FRAME = 0, /* the frame is the native code's own */
	RUNTIME_PUSHED = 1,       /* the runtime's frames stand for the native one */
	RUNTIME_KNOWS_NO_WAY = 0x200,
};

/* At the innermost frame, before anything is pushed. */
static __always_inline void enter_runtimes(struct unwind_state *state)
{
	struct culprit_runtime_space *space = bpf_map_lookup_elem(&runtime_spaces, &state->key);

	state->runtimes = space ? space->runtimes : 0;
	if (state->runtimes & CULPRIT_RUNTIME_PYTHON)
		enter_python(state);
	state->v8_interpreted = 0;
}

/* The frame that the walk is at. Called only where state->runtimes says that there is a runtime.
 * Reads the state, changes nothing of it but what is the runtime's own. Global: verified once. */
__noinline int push_runtime_frames(void)
{
	struct unwind_state *state = unwind_state();

	if (state && (state->runtimes & CULPRIT_RUNTIME_PYTHON) && push_python_frames())
		return RUNTIME_PUSHED;
	if (state && (state->runtimes & CULPRIT_RUNTIME_V8) && push_v8_frame())
		return RUNTIME_PUSHED;
	return RUNTIME_HAS_NO_FRAME;
}

/* From code made at run time to its caller: as unwind_one_frame(), or RUNTIME_KNOWS_NO_WAY, and
 * then the chain of frame pointers is followed. Global: verified once. */
__noinline int step_by_runtime(void)
{
	struct unwind_state *state = unwind_state();

	if (state && state->runtimes & CULPRIT_RUNTIME_V8 && step_by_v8() == UNWIND_CONTINUES)
		return UNWIND_CONTINUES;
	return RUNTIME_KNOWS_NO_WAY;
}
