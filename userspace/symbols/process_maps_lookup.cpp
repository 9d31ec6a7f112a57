// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "symbols/process_maps.h"

namespace culprit {
namespace {

constexpr int kMaxAncestors = 8;
constexpr std::uint64_t kFourGigabytes = std::uint64_t{1} << 32U;
/// An image's first mappings are made shortly before its execution is reported.
constexpr std::chrono::milliseconds kExecutionTakes{20};

KernelTime before_execution(KernelTime time) {
  const bool no_execution = time == KernelTime::min() || time == KernelTime::max();
  return no_execution ? time : time - kExecutionTakes;
}

}  // namespace

std::optional<MappedAddress> ProcessMaps::find(const AddressSpaceKey& space,
                                               InstructionAddress address) const {
  const Mapping* mapping = find_mapping(space, address.value());
  if (mapping == nullptr) {
    return std::nullopt;
  }
  const std::uint64_t from_start = address.value() - mapping->start;
  const bool file = mapping->kind == MappingKind::File;
  return MappedAddress{.kind = mapping->kind,
                       .file = mapping->file,
                       .offset = file ? mapping->file_offset + from_start : from_start,
                       .low = address.value() < kFourGigabytes};
}

const ProcessMaps::Mapping* ProcessMaps::find_mapping(const AddressSpaceKey& key,
                                                      std::uint64_t address) const {
  static const AddressSpace kNeverSeen;
  const auto known = spaces_.find(key);
  const AddressSpace& space = known != spaces_.end() ? known->second : kNeverSeen;
  const auto history = histories_.find(key.process.pid);
  if (history == histories_.end()) {
    return find_read(space, address);
  }
  // What appeared after the reading wins over what was read.
  const Mapping* mapping = find_event(history->second, space, address);
  mapping = mapping != nullptr ? mapping : find_read(space, address);
  if (mapping == nullptr && !space.executed && history->second.parent) {
    mapping = find_inherited(*history->second.parent, address);
  }
  return mapping;
}

const ProcessMaps::Mapping* ProcessMaps::find_read(const AddressSpace& space,
                                                   std::uint64_t address) {
  const auto after = std::ranges::upper_bound(space.mappings, address, {}, &Mapping::start);
  if (after == space.mappings.begin() || std::prev(after)->end <= address) {
    return nullptr;
  }
  return &*std::prev(after);
}

bool ProcessMaps::happened_in(const Mapping& event, const AddressSpace& space) {
  const KernelTime first = space.read_at.value_or(before_execution(space.begin));
  return event.time >= first && event.time < before_execution(space.end);
}

const ProcessMaps::Mapping* ProcessMaps::find_event(const PidHistory& history,
                                                    const AddressSpace& space,
                                                    std::uint64_t address) {
  const Mapping* found = nullptr;
  for (const Mapping& event : history.events) {
    const bool covers = address >= event.start && address < event.end;
    if (covers && happened_in(event, space) && (found == nullptr || event.time >= found->time)) {
      found = &event;
    }
  }
  return found;
}

/// A child that ended before it could be looked at ran in a copy of its parent's address space.
const ProcessMaps::Mapping* ProcessMaps::find_inherited(Pid pid, std::uint64_t address) const {
  for (int generation = 0; generation < kMaxAncestors; ++generation) {
    const auto history = histories_.find(pid);
    if (history == histories_.end()) {
      return nullptr;
    }
    for (auto key = history->second.spaces.rbegin(); key != history->second.spaces.rend(); ++key) {
      const auto space = spaces_.find(*key);
      if (space == spaces_.end()) {
        continue;
      }
      const Mapping* mapping = find_event(history->second, space->second, address);
      mapping = mapping != nullptr ? mapping : find_read(space->second, address);
      if (mapping != nullptr || space->second.executed) {
        return mapping;
      }
    }
    if (!history->second.parent) {
      return nullptr;
    }
    pid = *history->second.parent;
  }
  return nullptr;
}

}  // namespace culprit
