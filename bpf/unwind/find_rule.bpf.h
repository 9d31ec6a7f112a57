/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* How does the function at an address keep its caller? */
#pragma once

#include "unwind/block_search.bpf.h"
#include "unwind/unwind_state.bpf.h"

enum {
	RULE_PENDING = -1, /* the table is being made */
	RULE_NONE = 0,     /* no unwind information at this address */
};

static __always_inline int rule_in_leaf(const struct culprit_unwind_block *leaf, __u64 offset)
{
	__u32 entry;

	/* The largest offset would look like an unused entry. */
	if (offset > 0xfffe)
		offset = 0xfffe;
	entry = leaf->entries[last_entry_at_most(leaf, offset << 16 | 0xffff)];
	return entry >> 16 > offset ? RULE_NONE : (int)(entry & 0xffff);
}

/* Global: verified once. Looks in the table of the mapping that was found last. */
__noinline int find_unwind_rule(__u64 address)
{
	struct unwind_state *state = unwind_state();
	struct culprit_unwind_block *block;
	__u32 table, leaf, place, index = 0;
	__u64 lowest;
	void *blocks;

	if (!state)
		return RULE_NONE;
	table = state->mapping.table;
	blocks = bpf_map_lookup_elem(&unwind_tables, &table);
	if (!blocks)
		return RULE_PENDING;
	address -= state->mapping.bias;
	leaf = 1 + state->mapping.middle_blocks;
	block = bpf_map_lookup_elem(blocks, &index);
	if (!block || address > CULPRIT_WITHOUT_TOP_BIT)
		return RULE_NONE;
	place = last_entry_at_most(block, address);
	if (state->mapping.middle_blocks) {
		index = 1 + place;
		leaf += place * CULPRIT_UNWIND_BLOCK_ENTRIES;
		block = bpf_map_lookup_elem(blocks, &index);
		if (!block)
			return RULE_NONE;
		place = last_entry_at_most(block, address);
	}
	lowest = block->entries[place];
	index = leaf + place;
	block = bpf_map_lookup_elem(blocks, &index);
	if (!block || address < lowest)
		return RULE_NONE;
	return rule_in_leaf(block, address - lowest);
}
