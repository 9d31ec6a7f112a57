// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace culprit {

/// The thread touched the watched word: where it was right after.
struct WatchpointHit {
  KernelTime time;
  std::uint64_t instruction = 0;
  std::uint64_t stack_pointer = 0;  ///< 0 when the kernel did not say
};

/// A hardware watchpoint on eight bytes of one thread, for reads and writes by its own code. It
/// disarms itself at each hit, and is gone with the descriptor, whatever ends this process.
class Watchpoint {
 public:
  /// Armed. ENOSPC: the thread's debug registers are taken, by a debugger for one.
  static Result<std::unique_ptr<Watchpoint>> arm(Tid thread, std::uint64_t address);
  Watchpoint(const Watchpoint&) = delete;
  Watchpoint& operator=(const Watchpoint&) = delete;
  ~Watchpoint();

  /// The hits since the last call; one at most, for it is over then.
  std::vector<WatchpointHit> take_hits();

 private:
  Watchpoint(UniqueFd event, void* pages) : event_(std::move(event)), pages_(pages) {}
  Status enable();

  UniqueFd event_;
  void* pages_;
};

}  // namespace culprit
