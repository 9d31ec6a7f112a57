/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Where the frames of a suspected thread lie. A few threads for some seconds; all others pay for
 * one look-up a tick. */
#pragma once

#include "abi/suspect.h"
#include "unwind/unwind_state.bpf.h"

/* Preallocated, as every hash that the sampler touches must be before 6.1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CULPRIT_MAX_SUSPECTS);
	__type(key, __u32);
	__type(value, struct culprit_suspect);
} suspects SEC(".maps");

struct place_buffer {
	struct culprit_frame_places header;
	struct culprit_frame_place places[CULPRIT_MAX_PLACES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct place_buffer);
} place_buffers SEC(".maps");

static __always_inline struct place_buffer *place_buffer(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&place_buffers, &zero);
}

/* Before the walk: is this thread suspected, and which of its words must not be read? */
static __always_inline void look_for_suspect(struct unwind_state *state, __u32 tid,
					     __u64 thread_start_ns)
{
	struct culprit_suspect *suspect = bpf_map_lookup_elem(&suspects, &tid);
	struct place_buffer *buffer;

	state->suspected = 0;
	if (!suspect || suspect->thread_start_ns != thread_start_ns)
		return;
	buffer = place_buffer();
	if (!buffer)
		return;
	buffer->header.count = 0;
	for (int index = 0; index < CULPRIT_WATCHED_SLOTS; index++)
		state->watched[index] = suspect->slots[index];
	state->suspected = 1;
}

/* Global: verified once. The walk has reached a frame. */
__noinline int note_place(void)
{
	struct unwind_state *state = unwind_state();
	struct place_buffer *buffer = place_buffer();
	__u32 index;

	if (!state || !buffer)
		return 0;
	index = buffer->header.count;
	if (index >= CULPRIT_MAX_PLACES)
		return 0;
	buffer->places[index].ip = state->ip;
	buffer->places[index].sp = state->sp;
	buffer->header.count = index + 1;
	return 1;
}

/* A watched word is known. Reading it from an interrupt would trap, which takes 90 us. */
static __always_inline int is_watched(const struct unwind_state *state, __u64 *out, __u64 address)
{
	for (int index = 0; index < CULPRIT_WATCHED_SLOTS; index++) {
		if (state->watched[index].address != address)
			continue;
		*out = state->watched[index].content;
		return 1;
	}
	return 0;
}
