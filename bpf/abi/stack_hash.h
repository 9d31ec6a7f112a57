/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The hash that stands for a stack: grows with each frame, whichever side pushes it. */
#pragma once

#include "abi_assert.h"

#define CULPRIT_EMPTY_STACK_HASH 0x9E3779B97F4A7C15ULL

/* Multiply and fold: one round a frame; order matters, as it must. */
static inline __u64 culprit_hash_with_frame(__u64 hash, __u64 address, __u8 kind)
{
	__u64 wide_kind = kind;

	hash = (hash ^ address ^ (wide_kind << 56)) * 0xFF51AFD7ED558CCDULL;
	return hash ^ (hash >> 32);
}
