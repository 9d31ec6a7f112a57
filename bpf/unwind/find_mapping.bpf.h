/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Which executable mapping of the current address space holds an address? */
#pragma once

#include "unwind/block_search.bpf.h"
#include "unwind/unwind_state.bpf.h"

/* 0 when userspace has not described the address space (yet). */
static __always_inline int enter_unwind_space(struct unwind_state *state)
{
	struct culprit_unwind_space *space;

	state->mapping.start = 1; /* nothing lies between 1 and 0 */
	state->mapping.end = 0;
	space = bpf_map_lookup_elem(&unwind_spaces, &state->key);
	if (!space)
		return 0;
	state->space = *space;
	return 1;
}

static __always_inline __u32 block_holding(const struct culprit_unwind_space *space, __u64 address)
{
	__u32 position = 0;

	for (__u32 step = CULPRIT_UNWIND_MAX_MAPPING_BLOCKS / 2; step; step /= 2) {
		struct culprit_unwind_mappings *block;
		__u32 index = space->first_block + position + step;

		if (position + step >= space->block_count)
			continue;
		block = bpf_map_lookup_elem(&unwind_mappings, &index);
		if (block && block->mappings[0].start <= address)
			position += step;
	}
	return space->first_block + position;
}

/* Global: verified once. Leaves what it finds in the state; 0 when nothing is mapped there. */
__noinline int find_unwind_mapping(__u64 address)
{
	struct unwind_state *state = unwind_state();
	struct culprit_unwind_mappings *block;
	struct culprit_unwind_mapping *mapping;
	__u32 index, table;

	if (!state || address > CULPRIT_WITHOUT_TOP_BIT)
		return 0;
	index = state->space.first_block;
	if (state->space.block_count > 1)
		index = block_holding(&state->space, address);
	block = bpf_map_lookup_elem(&unwind_mappings, &index);
	if (!block)
		return 0;
	index = last_mapping_at_most(block, address);
	mapping = &block->mappings[index];
	if (address < mapping->start || address >= mapping->end)
		return 0;
	/* Userspace fills in a table that has become ready: the number last, so it is read first.
	 */
	table = *(volatile __u32 *)&mapping->table;
	state->mapping = *mapping;
	state->mapping.table = table;
	return 1;
}

/* Most frames lie in the mapping of the frame before. */
static __always_inline int in_mapping(struct unwind_state *state, __u64 address)
{
	if (address >= state->mapping.start && address < state->mapping.end)
		return 1;
	return find_unwind_mapping(address);
}
