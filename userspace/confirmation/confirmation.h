// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "confirmation/suspects.h"
#include "confirmation/thread_watch.h"
#include "samples/sample.h"

namespace culprit {

class SharedMaps;

/// Does the suspected call ever return? Picks the threads that never sleep, asks the kernel part
/// where their frames lie, and watches the return addresses of their calls. Main thread only.
class Confirmation {
 public:
  Confirmation(const SharedMaps& shared_maps, Pid own, KernelTime started_at);
  Confirmation(const Confirmation&) = delete;
  Confirmation& operator=(const Confirmation&) = delete;
  /// Nothing is watched any more.
  ~Confirmation();

  /// Every sample, before anybody else keeps it.
  void look_at(const Sample& sample);
  /// A few times a second.
  void step(KernelTime now);
  /// What is known so far.
  void report(SampleSink& sink) const;

  /// Threads that have or had watchpoints.
  [[nodiscard]] std::vector<Tid> watched() const;

  /// Why threads could not be watched; each sentence once.
  [[nodiscard]] std::vector<Error> failures() const;

 private:
  void end();
  void suspect_more(KernelTime now);
  void tell_kernel(const ThreadWatch& watch);

  const SharedMaps& shared_maps_;
  Suspects suspects_;
  KernelTime look_due_;
  std::vector<std::unique_ptr<ThreadWatch>> watches_;
  std::vector<WatchedSlots> told_;  ///< in the order of watches_
  std::optional<Error> cannot_ask_;
};

}  // namespace culprit
