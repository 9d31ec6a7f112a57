// SPDX-License-Identifier: Apache-2.0
#include "kernel/own_memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include "kernel/staying_alive.h"

namespace culprit {

void keep_heap_small() {
  // Setting them also keeps the library from raising them after each large block that was freed.
  constexpr int kLargeBlock = 1024 * 1024;
  constexpr int kKeptAtTheTop = 1024 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, kLargeBlock);
  ::mallopt(M_TRIM_THRESHOLD, kKeptAtTheTop);
  // One for the main thread, one for all others: each of their own would keep what it once needed.
  constexpr int kHeaps = 2;
  ::mallopt(M_ARENA_MAX, kHeaps);
}

void give_back_freed_memory(MemoryLock lock) {
  if (lock == MemoryLock::On) {
    ::munlockall();
  }
  ::malloc_trim(0);
  if (lock == MemoryLock::On) {
    static_cast<void>(lock_memory());  // it worked before
  }
}

}  // namespace culprit
