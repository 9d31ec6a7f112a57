// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "samples/sample.h"

namespace culprit {

/// Hands samples from the thread that drains the kernel to the one that works on them. Bounded:
/// what finds no room is dropped and counted, for the draining thread must never wait.
class SampleQueue {
 public:
  explicit SampleQueue(std::size_t capacity) : capacity_(capacity) {}

  // Called by the draining thread:
  void push(std::vector<Sample> batch);
  /// No more samples will come.
  void close();

  // Called by the working thread:
  /// Waits at most this long; empty when nothing came.
  std::vector<Sample> take(std::chrono::milliseconds timeout);
  /// Closed, and everything has been taken.
  bool finished();

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Sample> waiting_;
  std::uint64_t dropped_ = 0;
  bool closed_ = false;
};

}  // namespace culprit
