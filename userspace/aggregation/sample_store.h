// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "aggregation/bounded_rows.h"
#include "aggregation/cgroup_table.h"
#include "aggregation/second_counts.h"
#include "base/ids.h"
#include "samples/cpu_sample.h"

namespace culprit {

/// Samples of interrupts, and of threads that found no room, belong to no thread.
inline constexpr std::uint32_t kNoThread = std::numeric_limits<std::uint32_t>::max();

/// A thread's counters at its first and last sample, and what it did in its earlier lives: a
/// thread id may be used again by the same process.
class ThreadSpan {
 public:
  void observe(const CpuSample& sample);

  [[nodiscard]] KernelTime first() const { return first_; }
  [[nodiscard]] KernelTime last() const { return last_; }
  /// What the counters grew by between first() and last().
  [[nodiscard]] ThreadProgress progress() const;
  /// For how long the thread that was seen last had waited for a CPU before first().
  [[nodiscard]] std::uint64_t waited_before_ns() const { return at_first_.run_queue_ns; }

 private:
  std::uint64_t life_ = 0;  ///< start time of the thread
  bool seen_ = false;
  KernelTime first_, last_, life_first_, life_last_;
  ThreadProgress at_first_, at_last_, earlier_lives_;
};

struct SampledThread {
  ProcessKey process;
  Tid tid;
  std::string comm;  ///< as last seen; raw
  bool kernel_thread = false;
  ThreadSpan span;
};

/// What the samples of one row have in common.
struct SampleKey {
  std::uint32_t thread = kNoThread;
  CgroupRef cgroup;
  CpuContext context = CpuContext::User;
  std::int32_t syscall = -1;
  StackHash stack;
  AddressSpaceId address_space;

  bool operator==(const SampleKey&) const = default;
};

struct SampleKeyHash {
  std::size_t operator()(const SampleKey& key) const;
};

struct SampleRow {
  std::uint64_t samples = 0;
  SecondCounts seconds;
};

/// Counts CPU samples by thread, cgroup, context and stack as they come. Beyond the limit rows lose
/// their stack.
class SampleStore {
 public:
  SampleStore();

  void add(const CpuSample& sample, CgroupRef cgroup, std::uint32_t second);

  [[nodiscard]] const std::vector<SampledThread>& threads() const { return threads_; }
  [[nodiscard]] const BoundedRows<SampleKey, SampleRow, SampleKeyHash>& rows() const {
    return rows_;
  }
  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  /// Samples that lost their thread because there were too many threads.
  [[nodiscard]] std::uint64_t without_thread() const { return without_thread_; }

 private:
  struct ThreadKey {
    ProcessKey process;
    Tid tid;

    bool operator==(const ThreadKey&) const = default;
  };
  struct ThreadKeyHash {
    std::size_t operator()(const ThreadKey& key) const;
  };

  std::uint32_t thread_of(const CpuSample& sample);

  std::vector<SampledThread> threads_;
  std::unordered_map<ThreadKey, std::uint32_t, ThreadKeyHash> thread_index_;
  BoundedRows<SampleKey, SampleRow, SampleKeyHash> rows_;
  std::uint64_t samples_ = 0;
  std::uint64_t without_thread_ = 0;
};

}  // namespace culprit
