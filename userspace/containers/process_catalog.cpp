// SPDX-License-Identifier: Apache-2.0
#include "containers/process_catalog.h"

#include <algorithm>
#include <utility>

#include "base/display_text.h"

namespace culprit {
namespace {

constexpr std::chrono::seconds kSurvivorAge{1};

}  // namespace

ProcessCatalog::ProcessCatalog(ProcessReader reader, Clock clock)
    : reader_(std::move(reader)), clock_(std::move(clock)), second_began_(clock_()) {}

void ProcessCatalog::scan() {
  for (const Pid pid : reader_.pids()) {
    if (auto facts = reader_.read(pid)) {
      Entry& entry = enter(facts->key);
      const ProcessKey key = entry.facts.key;
      entry.facts = *std::move(facts);
      entry.facts.key = key;
      entry.read = true;
    }
  }
}

const ProcessFacts& ProcessCatalog::meet(const Task& task) {
  Entry& entry = enter(task.process);
  // A thread may carry a name of its own; only the leader's is the process's.
  const bool leader = task.tid.value() == task.process.pid.value();
  if (entry.facts.comm.empty() || (leader && !entry.read)) {
    entry.facts.comm = displayable(task.comm, 64);
  }
  if ((!entry.read || entry.stale) && !entry.ended && may_read()) {
    read_into(entry);
  }
  return entry.facts;
}

void ProcessCatalog::observe(const ProcessEvent& event) {
  Entry& entry = enter(event.task.process);
  switch (event.kind) {
    case ProcessEventKind::Fork:
      entry.facts.parent = event.parent;
      entry.facts.comm = displayable(event.task.comm, 64);
      entry.since = event.time;
      break;
    case ProcessEventKind::Exec:
      entry.facts.comm = displayable(event.task.comm, 64);
      entry.stale = true;
      entry.since = event.time;
      break;
    case ProcessEventKind::Exit:
      entry.ended = true;
      entry.facts.lifetime_cpu = std::max(entry.facts.lifetime_cpu, event.runtime);
      unread_ += entry.read ? 0 : 1;
      break;
  }
}

void ProcessCatalog::read_survivors() {
  const KernelTime now = clock_();
  for (auto& [pid, incarnations] : by_pid_) {
    Entry& entry = *incarnations.back();
    if ((!entry.read || entry.stale) && !entry.ended && now - entry.since >= kSurvivorAge) {
      if (!may_read()) {
        return;
      }
      read_into(entry);
    }
  }
}

const ProcessFacts* ProcessCatalog::find(const ProcessKey& key) const {
  const auto incarnations = by_pid_.find(key.pid);
  if (incarnations == by_pid_.end()) {
    return nullptr;
  }
  for (const auto& entry : incarnations->second) {
    if (reader_.same_start(entry->facts.key.start_boottime_ns, key.start_boottime_ns)) {
      return &entry->facts;
    }
  }
  return nullptr;
}

const ProcessFacts* ProcessCatalog::find(Pid pid) const {
  const auto incarnations = by_pid_.find(pid);
  return incarnations == by_pid_.end() ? nullptr : &incarnations->second.back()->facts;
}

std::vector<const ProcessFacts*> ProcessCatalog::living() const {
  std::vector<const ProcessFacts*> processes;
  for (const auto& [pid, incarnations] : by_pid_) {
    if (!incarnations.back()->ended && incarnations.back()->read) {
      processes.push_back(&incarnations.back()->facts);
    }
  }
  std::sort(
      processes.begin(), processes.end(),
      [](const ProcessFacts* one, const ProcessFacts* other) { return one->key < other->key; });
  return processes;
}

ProcessCatalog::Entry* ProcessCatalog::entry_of(const ProcessKey& key) {
  const auto incarnations = by_pid_.find(key.pid);
  if (incarnations == by_pid_.end()) {
    return nullptr;
  }
  for (const auto& entry : incarnations->second) {
    if (reader_.same_start(entry->facts.key.start_boottime_ns, key.start_boottime_ns)) {
      return entry.get();
    }
  }
  return nullptr;
}

ProcessCatalog::Entry& ProcessCatalog::enter(const ProcessKey& key) {
  if (Entry* known = entry_of(key)) {
    // The kernel's start time is finer than that of /proc, which is cut to ticks.
    known->facts.key.start_boottime_ns =
        std::max(known->facts.key.start_boottime_ns, key.start_boottime_ns);
    return *known;
  }
  if (met_.size() >= kMaxProcesses) {
    forget_oldest();
  }
  auto& incarnations = by_pid_[key.pid];
  for (const auto& earlier : incarnations) {
    earlier->ended = true;
  }
  incarnations.push_back(std::make_unique<Entry>());
  incarnations.back()->facts.key = key;
  met_.push_back(key);
  return *incarnations.back();
}

void ProcessCatalog::read_into(Entry& entry) {
  auto facts = reader_.read(entry.facts.key.pid);
  if (!facts ||
      !reader_.same_start(facts->key.start_boottime_ns, entry.facts.key.start_boottime_ns)) {
    entry.ended = true;  // gone, or the pid is another's already
    return;
  }
  facts->key = entry.facts.key;
  entry.facts = *std::move(facts);
  entry.read = true;
  entry.stale = false;
}

bool ProcessCatalog::may_read() {
  const KernelTime now = clock_();
  if (now - second_began_ >= std::chrono::seconds(1)) {
    second_began_ = now;
    reads_this_second_ = 0;
  }
  return ++reads_this_second_ <= kReadsPerSecond;
}

void ProcessCatalog::forget_oldest() {
  // Ended ones first: a living process is still needed. References to those forgotten end here,
  // which is why so many are kept.
  const std::size_t keep = kMaxProcesses - kMaxProcesses / 8;
  for (const bool living_too : {false, true}) {
    std::deque<ProcessKey> kept;
    std::size_t excess = met_.size() > keep ? met_.size() - keep : 0;
    for (const ProcessKey& key : met_) {
      const Entry* entry = entry_of(key);
      if (excess > 0 && (living_too || entry == nullptr || entry->ended)) {
        forget(key);
        --excess;
      } else {
        kept.push_back(key);
      }
    }
    met_ = std::move(kept);
  }
}

void ProcessCatalog::forget(const ProcessKey& key) {
  const Entry* entry = entry_of(key);
  const auto incarnations = by_pid_.find(key.pid);
  if (entry == nullptr || incarnations == by_pid_.end()) {
    return;
  }
  ++forgotten_;
  std::erase_if(incarnations->second, [&](const auto& each) { return each.get() == entry; });
  if (incarnations->second.empty()) {
    by_pid_.erase(incarnations);
  }
}

}  // namespace culprit
