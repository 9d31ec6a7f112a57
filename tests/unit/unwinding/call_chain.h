// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Calls `action` below a chain of functions that are built without frame pointers and keep their
/// frames in different ways: with many saved registers, large frames, frames of variable size,
/// realigned ones.
extern "C" int culprit_chain_outer(int depth, void (*action)());
