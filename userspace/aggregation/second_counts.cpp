// SPDX-License-Identifier: Apache-2.0
#include "aggregation/second_counts.h"

#include <algorithm>
#include <chrono>

#include "aggregation/counting.h"
#include "aggregation/limits.h"

namespace culprit {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

/// How late a reading may be and still speak of the second that has just ended.
constexpr nanoseconds kReadingDelay = std::chrono::milliseconds(250);

std::uint32_t clamped(std::int64_t second) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(second, 0, kSecondLimit - 1));
}

}  // namespace

std::uint32_t WindowSeconds::of(KernelTime moment) const {
  return clamped(std::chrono::duration_cast<seconds>(moment - start_).count());
}

std::uint32_t WindowSeconds::of_reading(KernelTime until) const {
  return clamped(std::chrono::ceil<seconds>(until - start_ - kReadingDelay).count() - 1);
}

void SecondCounts::add(std::uint32_t second, std::uint64_t count) {
  if (entries_.empty() || entries_.back().second < second) {
    entries_.push_back({second, count});
    return;
  }
  if (entries_.back().second == second) {  // nearly always: events come in order
    entries_.back().count = saturating_sum(entries_.back().count, count);
    return;
  }
  auto place = std::lower_bound(
      entries_.begin(), entries_.end(), second,
      [](const Entry& entry, std::uint32_t wanted) { return entry.second < wanted; });
  if (place->second != second) {
    place = entries_.insert(place, {second, 0});
  }
  place->count = saturating_sum(place->count, count);
}

void SecondCounts::merge(const SecondCounts& other) {
  for (const Entry& entry : std::vector<Entry>(other.entries_)) {
    add(entry.second, entry.count);
  }
}

std::vector<std::uint64_t> SecondCounts::dense(std::uint32_t seconds) const {
  std::vector<std::uint64_t> counts(seconds);
  if (seconds > 0) {
    for (const Entry& entry : entries_) {
      std::uint64_t& count = counts[std::min(entry.second, seconds - 1)];
      count = saturating_sum(count, entry.count);
    }
  }
  return counts;
}

std::vector<std::uint32_t> SecondCounts::dense_narrow(std::uint32_t seconds) const {
  std::vector<std::uint32_t> narrow;
  narrow.reserve(seconds);
  for (const std::uint64_t count : dense(seconds)) {
    narrow.push_back(saturating_narrow(count));
  }
  return narrow;
}

}  // namespace culprit
