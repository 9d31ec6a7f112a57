// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/kernel_time.h"

namespace culprit {

/// Says in which second of the window a moment lies.
class WindowSeconds {
 public:
  explicit WindowSeconds(KernelTime start) : start_(start) {}

  /// Moments before the window count as its first second.
  [[nodiscard]] std::uint32_t of(KernelTime moment) const;
  /// The second that a counter read at `until` speaks of. Counters are read once a second, a
  /// little early or late.
  [[nodiscard]] std::uint32_t of_reading(KernelTime until) const;

 private:
  KernelTime start_;
};

/// A count for each second of the window; holds only the seconds in which something happened.
class SecondCounts {
 public:
  struct Entry {
    std::uint32_t second;
    std::uint64_t count;
  };

  void add(std::uint32_t second, std::uint64_t count);
  void merge(const SecondCounts& other);

  /// One number per second, 0 to `seconds` - 1; what lies beyond is in the last one.
  [[nodiscard]] std::vector<std::uint64_t> dense(std::uint32_t seconds) const;
  /// The same with numbers of half the size, which stop at their largest value.
  [[nodiscard]] std::vector<std::uint32_t> dense_narrow(std::uint32_t seconds) const;
  /// The seconds in which something happened, in order.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;  ///< by second
};

}  // namespace culprit
