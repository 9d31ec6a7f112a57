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
  std::uint64_t useful = 0;       ///< moved data or state
  std::uint64_t ready = 0;        ///< waits that said something is ready
  std::uint64_t idle = 0;         ///< polls that found nothing, EAGAIN
  std::uint64_t failing = 0;      ///< calls on what is broken: EBADF, EMFILE, end of file
  std::uint64_t yields = 0;       ///< sched_yield
  std::string fruitless_call;     ///< the most frequent of idle, failing and yields
  std::string fruitless_outcome;  ///< "returns 0", "EMFILE"
  std::uint64_t fruitless_call_count = 0;

  [[nodiscard]] std::uint64_t fruitless() const { return idle + failing + yields; }
};

/// Sums over `threads`. Calls counted by process only are taken for those of its threads.
SyscallSummary summarize_syscalls(const ProfileIndex& index,
                                  std::span<const ThreadProfile* const> threads);

}  // namespace culprit
