// SPDX-License-Identifier: Apache-2.0
#include "samples/sample_queue.h"

#include <algorithm>
#include <utility>

namespace culprit {

void SampleQueue::push(std::vector<Sample> batch) {
  const std::lock_guard lock(mutex_);
  for (Sample& sample : batch) {
    // A stack comes once; without it, all samples that name it later would be nameless.
    if (waiting_.size() < capacity_ || std::holds_alternative<RawStack>(sample)) {
      waiting_.push_back(std::move(sample));
    } else {
      ++dropped_;
    }
  }
  arrived_.notify_one();
}

void SampleQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  arrived_.notify_one();
}

std::vector<Sample> SampleQueue::take(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, timeout, [this] { return !waiting_.empty() || closed_; });
  if (dropped_ > 0) {
    waiting_.emplace_back(LossCount{.until = std::chrono::steady_clock::now(),
                                    .cause = "queue_full",
                                    .cgroup = {},
                                    .count = std::exchange(dropped_, 0)});
  }
  return std::exchange(waiting_, {});
}

bool SampleQueue::finished() {
  const std::lock_guard lock(mutex_);
  return closed_ && waiting_.empty() && dropped_ == 0;
}

}  // namespace culprit
