// SPDX-License-Identifier: Apache-2.0
#include <iterator>

#include "symbols/process_maps.h"

namespace culprit {
namespace {

constexpr int kMaxGenerations = 8;

using RangeList = std::map<std::uint64_t, ExecutableRange>;

/// The part of `range` that begins at `start`.
ExecutableRange from(const ExecutableRange& range, std::uint64_t start) {
  ExecutableRange rest = range;
  rest.file_offset += start - range.start;
  rest.start = start;
  return rest;
}

/// What is mapped later takes the place of what was there.
void put_over(RangeList& ranges, const ExecutableRange& range) {
  auto next = ranges.lower_bound(range.start);
  if (next != ranges.begin() && std::prev(next)->second.end > range.start) {
    --next;
  }
  while (next != ranges.end() && next->second.start < range.end) {
    const ExecutableRange before = next->second;
    next = ranges.erase(next);
    if (before.start < range.start) {
      ExecutableRange left = before;
      left.end = range.start;
      ranges.emplace(left.start, left);
    }
    if (before.end > range.end) {
      ranges.emplace(range.end, from(before, range.end));
    }
  }
  ranges.emplace(range.start, range);
}

}  // namespace

std::vector<ExecutableRange> ProcessMaps::executable_ranges(const AddressSpaceKey& space) const {
  RangeList ranges;
  add_ranges(space, kMaxGenerations, ranges);
  std::vector<ExecutableRange> sorted;
  sorted.reserve(ranges.size());
  for (const auto& [start, range] : ranges) {
    sorted.push_back(range);
  }
  return sorted;
}

void ProcessMaps::add_ranges(const AddressSpaceKey& key, int generations, RangeList& ranges) const {
  static const AddressSpace kNeverSeen;
  const auto known = spaces_.find(key);
  const AddressSpace& space = known != spaces_.end() ? known->second : kNeverSeen;
  const auto range_of = [](const Mapping& mapping) {
    return ExecutableRange{.start = mapping.start,
                           .end = mapping.end,
                           .file_offset = mapping.file_offset,
                           .file = mapping.file,
                           .kind = mapping.kind};
  };
  const auto history = histories_.find(key.process.pid);
  const bool copy = !space.executed && !space.read_at && history != histories_.end();
  if (copy && history->second.parent && generations > 0) {
    add_inherited_ranges(*history->second.parent, generations - 1, ranges);
  }
  for (const Mapping& mapping : space.mappings) {
    put_over(ranges, range_of(mapping));
  }
  if (history == histories_.end()) {
    return;
  }
  for (const Mapping& event : history->second.events) {
    if (happened_in(event, space)) {
      put_over(ranges, range_of(event));
    }
  }
}

/// A child that has not been looked at has what its parent had.
void ProcessMaps::add_inherited_ranges(Pid pid, int generations, RangeList& ranges) const {
  const auto history = histories_.find(pid);
  if (history != histories_.end() && !history->second.spaces.empty()) {
    add_ranges(history->second.spaces.back(), generations, ranges);
  }
}

}  // namespace culprit
