/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Names that do not fit into a key: Unix paths and host names, kept by their hash. */
#pragma once

#include "abi/endpoint.h"

/* Key: hash of the name. A cache: a name that LRU evicts is put back when it is met again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2048);
	__type(key, __u64);
	__type(value, struct culprit_name);
} names SEC(".maps");

/* `name` must be zero behind its end. Never 0, which means "no name". */
static __always_inline __u64 hash_of_name(const struct culprit_name *name)
{
	const __u64 *words = (const __u64 *)name->text;
	__u64 hash = 0x9E3779B97F4A7C15ULL;

	for (int index = 0; index < CULPRIT_NAME_SIZE / 8; index++) {
		hash = (hash ^ words[index]) * 0xFF51AFD7ED558CCDULL;
		hash ^= hash >> 32;
	}
	return hash | 1;
}

/* Returns the name's hash; 0 for an empty name. */
static __always_inline __u64 keep_name(const struct culprit_name *name)
{
	__u64 hash;

	if (!name->text[0])
		return 0;
	hash = hash_of_name(name);
	if (!bpf_map_lookup_elem(&names, &hash))
		bpf_map_update_elem(&names, &hash, name, BPF_ANY);
	return hash;
}

static __always_inline void clear_name(struct culprit_name *name)
{
	__u64 *words = (__u64 *)name->text;

	for (int index = 0; index < CULPRIT_NAME_SIZE / 8; index++)
		words[index] = 0;
}
