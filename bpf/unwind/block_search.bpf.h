/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Binary search without branches: the verifier follows one path instead of one for each outcome. */
#pragma once

/* All bits when left is at most right, else 0. Both below 2^63. Opaque to the compiler, which would
 * make a branch of it. */
static __always_inline __u64 mask_if_at_most(__u64 left, __u64 right)
{
	__u64 difference = left - right - 1;

	asm volatile("%0 s>>= 63" : "+r"(difference));
	return difference;
}

/* Bounded in a way that the verifier of 5.10 understands: it does not follow the bits of a sum. */
static __always_inline __u64 bounded_place(__u64 place, __u64 limit)
{
	asm volatile("" : "+r"(place));
	return place & (limit - 1);
}

/* Place of the last entry that is not above `value`; 0 when all are. */
static __always_inline __u32 last_entry_at_most(const struct culprit_unwind_block *block,
						__u64 value)
{
	__u64 place = 0;

#pragma unroll
	for (__u64 step = CULPRIT_UNWIND_BLOCK_ENTRIES / 2; step; step /= 2) {
		__u64 next = bounded_place(place + step, CULPRIT_UNWIND_BLOCK_ENTRIES);
		__u64 entry = block->entries[next];

		place += step & mask_if_at_most(entry, value);
	}
	return bounded_place(place, CULPRIT_UNWIND_BLOCK_ENTRIES);
}

#define CULPRIT_WITHOUT_TOP_BIT 0x7fffffffffffffffULL

/* The same by the starts of mappings. Unused ones have all bits set. */
static __always_inline __u32 last_mapping_at_most(const struct culprit_unwind_mappings *block,
						  __u64 address)
{
	__u64 place = 0;

#pragma unroll
	for (__u64 step = CULPRIT_UNWIND_BLOCK_MAPPINGS / 2; step; step /= 2) {
		__u64 next = bounded_place(place + step, CULPRIT_UNWIND_BLOCK_MAPPINGS);
		__u64 start = block->mappings[next].start & CULPRIT_WITHOUT_TOP_BIT;

		place += step & mask_if_at_most(start, address);
	}
	return bounded_place(place, CULPRIT_UNWIND_BLOCK_MAPPINGS);
}
