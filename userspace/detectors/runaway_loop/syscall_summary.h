// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detectors/profile_index.h"

namespace culprit {

/// What the system calls of some threads achieved.
struct SyscallSummary {
  /// The most frequent call of some kind.
  struct Favourite {
    std::string call;     ///< "epoll_wait"
    std::string outcome;  ///< "returns 0", "EMFILE"
    std::uint64_t count = 0;
  };

  std::uint64_t useful = 0;   ///< moved data or state
  std::uint64_t ready = 0;    ///< waits that said something is ready
  std::uint64_t idle = 0;     ///< polls that found nothing, EAGAIN
  std::uint64_t failing = 0;  ///< calls on what is broken: EBADF, EMFILE, end of file
  std::uint64_t yields = 0;   ///< sched_yield
  std::uint64_t missing = 0;  ///< look-ups of paths that do not exist: a search, or in vain
  Favourite most_fruitless;   ///< of idle, failing and yields
  Favourite most_missing;

  [[nodiscard]] std::uint64_t fruitless() const { return idle + failing + yields; }
};

/// Sums over `threads`. Calls counted by process only are taken for those of its threads.
SyscallSummary summarize_syscalls(const ProfileIndex& index,
                                  std::span<const ThreadProfile* const> threads);

}  // namespace culprit
