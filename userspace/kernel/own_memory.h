// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace culprit {

/// Makes the C library give memory back that was freed, where it would keep it in the hope of more
/// of the same: what loading the programs takes for a moment (the kernel's BTF, five times) is
/// never wanted again. To be called first; processes that are forked later inherit it.
void keep_heap_small();

enum class MemoryLock : bool { Off, On };

/// Gives back whole pages that were freed between others. Locked ones cannot be: they are unlocked
/// for that moment. A millisecond or two; other threads may wait for memory meanwhile.
void give_back_freed_memory(MemoryLock lock);

}  // namespace culprit
