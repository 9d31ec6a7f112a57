/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What userspace tells the walker. All of it is filled through shared memory but for the two outer
 * maps, whose updates are rare: perf programs do not run while the bpf system call does. */
#pragma once

#include "abi/unwind_space.h"

/* Key: an address space in the life of a process. Preallocated, as every hash that the sampler
 * touches must be before 6.1. When it is full, userspace forgets the one used longest ago. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CULPRIT_UNWIND_MAX_ADDRESS_SPACES);
	__type(key, struct culprit_unwind_space_key);
	__type(value, struct culprit_unwind_space);
} unwind_spaces SEC(".maps");

/* The mappings of all address spaces. Userspace hands out the blocks. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, CULPRIT_UNWIND_POOL_BLOCKS);
	__type(key, __u32);
	__type(value, struct culprit_unwind_mappings);
} unwind_mappings SEC(".maps");

/* The blocks of one file's table. BPF_F_INNER_MAP (5.10): tables differ in size. Sizes instead of
 * types, for the compiler leaves the types of inner maps undescribed. */
struct unwind_table {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct culprit_unwind_block));
};

/* Key: number of a table. An empty place is a table in the making. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, CULPRIT_UNWIND_MAX_TABLES);
	__type(key, __u32);
	__array(values, struct unwind_table);
} unwind_tables SEC(".maps");

/* Key: number of a rule, the same in all tables. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, CULPRIT_UNWIND_MAX_RULES);
	__type(key, __u32);
	__type(value, struct culprit_unwind_rule);
} unwind_rules SEC(".maps");
