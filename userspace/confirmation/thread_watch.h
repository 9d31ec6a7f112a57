// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "confirmation/bisection.h"
#include "confirmation/call_chain.h"
#include "confirmation/suspects.h"
#include "kernel/watchpoint.h"
#include "samples/call_watch.h"
#include "samples/sample.h"

namespace culprit {

/// A word that is watched, for the kernel part: what is in it need not be read.
struct WatchedSlot {
  std::uint64_t address = 0;
  std::uint64_t content = 0;

  bool operator==(const WatchedSlot&) const = default;
};

inline constexpr std::size_t kWatchedSlots = 4;
using WatchedSlots = std::array<WatchedSlot, kWatchedSlots>;

/// Finds the innermost call of one thread that does not return, and keeps watching it. Bounded in
/// how often it stops the thread. Main thread only.
class ThreadWatch {
 public:
  explicit ThreadWatch(SuspectedThread thread) : thread_(thread) {}

  void look_at(const FramePlaces& places);
  /// Takes in what the watchpoints saw and arms others.
  void step(KernelTime now);
  /// What is known so far, each call with its stack before it.
  void report(SampleSink& sink) const;
  void disarm() { armed_.clear(); }

  [[nodiscard]] const SuspectedThread& thread() const { return thread_; }
  [[nodiscard]] WatchedSlots slots() const;
  /// Whether a watchpoint was ever set on it.
  [[nodiscard]] bool was_watched() const { return was_watched_; }
  /// Why nothing can be watched, if so.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  /// How often the thread was stopped.
  [[nodiscard]] std::size_t hits() const { return hits_; }

 private:
  struct Armed {
    std::size_t call = 0;  ///< index into calls_
    KernelTime since;
    std::unique_ptr<Watchpoint> watchpoint;
    std::size_t touches = 0;
  };
  struct Ended {
    std::vector<Call> calls;  ///< the last one is it
    CallEnd end = CallEnd::Returned;
    std::chrono::nanoseconds watched{0};
    KernelTime until;
  };

  void begin(std::vector<Call> calls);
  void take_hits(KernelTime now);
  [[nodiscard]] std::optional<CallEnd> judge(Armed& armed, KernelTime& when);
  bool arm_anew(Armed& armed);
  void end(std::size_t call, CallEnd how, KernelTime since, KernelTime when);
  void arm_wanted(KernelTime now);
  void look_for_deeper_calls();
  [[nodiscard]] const Armed* armed_on(std::size_t call) const;
  [[nodiscard]] CallWatch watch_of(const RawStack& stack) const;

  SuspectedThread thread_;
  AddressSpaceId address_space_;
  StackEnd stack_end_ = StackEnd::Complete;
  PersistentCalls recent_;
  std::vector<Call> calls_;
  Bisection bisection_{0};
  std::vector<Armed> armed_;
  std::vector<Ended> ended_;
  KernelTime last_seen_;
  std::size_t out_of_sight_ = 0;  ///< looks in a row
  std::size_t rounds_ = 0;
  std::size_t hits_ = 0;
  bool was_watched_ = false;
  std::optional<Error> failure_;
};

}  // namespace culprit
