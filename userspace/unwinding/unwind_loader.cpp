// SPDX-License-Identifier: Apache-2.0
#include "unwinding/unwind_loader.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace culprit {
namespace {

/// Stacks with an address that is not mapped that are copied, until the mappings change.
constexpr std::int32_t kCopiesOfUnmapped = 16;

constexpr std::size_t kMaxEnded = 1024;
constexpr std::size_t kMaxMappings =
    std::size_t{CULPRIT_UNWIND_BLOCK_MAPPINGS} * CULPRIT_UNWIND_MAX_MAPPING_BLOCKS;

/// The kernel part may be reading: it reads the number of the table first.
void update(culprit_unwind_mapping& place, const culprit_unwind_mapping& now) {
  place.bias = now.bias;
  place.middle_blocks = now.middle_blocks;
  std::atomic_ref(place.table).store(now.table, std::memory_order_release);
}

}  // namespace

UnwindLoader::UnwindLoader(Sides sides, Limits limits)
    : sides_(std::move(sides)), limits_(limits), pool_(sides_.pool), files_(sides_.files) {}

void UnwindLoader::sampled(const AddressSpaceKey& key, KernelTime now) {
  now_ = now;
  if (Ended* over = ended(key); over != nullptr) {
    unsettled_ += over->sampled ? 0 : 1;
    over->sampled = true;
    return;
  }
  if (was_left_before(key)) {
    remember({.key = key, .sampled = true});
    return;
  }
  Space& space = add(key);
  space.last_use = now;
  by_use_.splice(by_use_.end(), by_use_, space.place);
  if (space.layout == nullptr) {
    move_to(key);
    describe(key, space, now);
  }
  if (!space.sampled || !space.asked_for) {
    space.sampled = true;
    ask_for_tables(space);
  }
}

UnwindLoader::Space& UnwindLoader::add(const AddressSpaceKey& key) {
  const auto known = spaces_.find(key);
  if (known != spaces_.end()) {
    return known->second;
  }
  while (spaces_.size() >= limits_.spaces && evict_oldest(key)) {
  }
  Space& space = spaces_[key];
  space.last_use = now_;
  space.place = by_use_.insert(by_use_.end(), key);
  return space;
}

/// Writes the mappings anew, where nobody reads them yet, and points the kernel part there.
void UnwindLoader::describe(const AddressSpaceKey& key, Space& space, KernelTime now) {
  auto ranges = sides_.ranges_of(key);
  if (space.layout != nullptr && *space.layout->ranges == ranges) {
    publish(key, *space.layout);  // it may send copies again
    return;
  }
  if (ranges.empty()) {
    return;  // not to be looked at (any more): what it was forked from holds
  }
  if (ranges.size() > kMaxMappings) {
    losses_.mappings_cut += ranges.size() - kMaxMappings;
    ranges.resize(kMaxMappings);
  }
  const auto blocks = static_cast<std::uint32_t>(
      (ranges.size() + CULPRIT_UNWIND_BLOCK_MAPPINGS - 1) / CULPRIT_UNWIND_BLOCK_MAPPINGS);
  const auto run = room_for(blocks, key, now);
  if (!run) {
    ++losses_.mappings_full;
    return;
  }
  std::vector<culprit_unwind_mapping> mappings;
  mappings.reserve(ranges.size());
  for (const ExecutableRange& range : ranges) {
    mappings.push_back(files_.mapping_of(range));
  }
  pool_.write(*run, mappings);
  auto before = std::exchange(
      space.layout, std::make_shared<Layout>(Layout{
                        .run = *run, .ranges = std::make_shared<const Ranges>(std::move(ranges))}));
  space.asked_for = false;
  publish(key, *space.layout);
  give_back(before);
}

void UnwindLoader::publish(const AddressSpaceKey& key, const Layout& layout) {
  const auto put = sides_.put_space(key, {.first_block = layout.run.first,
                                          .block_count = layout.run.count,
                                          .copies_left = kCopiesOfUnmapped,
                                          .reserved = 0});
  losses_.mappings_full += put ? 0 : 1;
}

std::optional<BlockRun> UnwindLoader::room_for(std::uint32_t blocks, const AddressSpaceKey& except,
                                               KernelTime now) {
  for (;;) {
    const auto run = pool_.take(blocks, now);
    if (run || pool_.resting() || !evict_oldest(except)) {
      return run;
    }
  }
}

bool UnwindLoader::evict_oldest(const AddressSpaceKey& except) {
  const auto oldest =
      std::ranges::find_if(by_use_, [&](const AddressSpaceKey& key) { return key != except; });
  if (oldest == by_use_.end()) {
    return false;
  }
  ++losses_.spaces_evicted;
  forget(AddressSpaceKey(*oldest));
  return true;
}

void UnwindLoader::forget(const AddressSpaceKey& key) {
  const auto known = spaces_.find(key);
  if (known == spaces_.end()) {
    return;
  }
  sides_.drop_space(key);
  give_back(known->second.layout);
  by_use_.erase(known->second.place);
  changed_.erase(key);
  spaces_.erase(known);
}

void UnwindLoader::end(const AddressSpaceKey& key) {
  const auto known = spaces_.find(key);
  if (known == spaces_.end()) {
    return;
  }
  const Space& space = known->second;
  remember({.key = key,
            .ranges = space.layout == nullptr ? nullptr : space.layout->ranges,
            .sampled = space.sampled});
  forget(key);
}

void UnwindLoader::remember(Ended over) {
  unsettled_ += over.sampled ? 1 : 0;
  ended_.push_front(std::move(over));
  if (ended_.size() > kMaxEnded) {
    unsettled_ -= ended_.back().sampled && !ended_.back().settled ? 1 : 0;
    ended_.pop_back();
  }
}

UnwindLoader::Ended* UnwindLoader::ended(const AddressSpaceKey& key) {
  if (spaces_.contains(key)) {
    return nullptr;
  }
  const auto found = std::ranges::find(ended_, key, &Ended::key);
  return found == ended_.end() ? nullptr : &*found;
}

/// A short life is over before its mappings are told of, in another ring than its end.
void UnwindLoader::settle_ended() {
  if (std::exchange(unsettled_, 0) == 0) {
    return;
  }
  for (Ended& over : ended_) {
    if (!over.sampled || std::exchange(over.settled, true)) {
      continue;
    }
    auto ranges = sides_.ranges_of(over.key);
    if (!ranges.empty()) {
      over.ranges = std::make_shared<const Ranges>(std::move(ranges));
    }
    if (over.ranges != nullptr) {
      ask_for_tables(*over.ranges, /*sampled=*/true);
    }
  }
}

void UnwindLoader::give_back(std::shared_ptr<Layout>& layout) {
  if (layout != nullptr && layout.use_count() == 1) {
    pool_.give_back(layout->run, now_);
  }
  layout.reset();
}

void UnwindLoader::move_to(const AddressSpaceKey& key) {
  const auto before = space_of_.find(key.process.pid);
  if (before != space_of_.end() && before->second.key == key) {
    return;
  }
  leave(key.process.pid);
  space_of_[key.process.pid] = {.key = key, .since = now_};
}

/// Samples and executions come in different rings: one taken before an execution may come after it.
bool UnwindLoader::was_left_before(const AddressSpaceKey& key) const {
  const auto current = space_of_.find(key.process.pid);
  return current != space_of_.end() && current->second.key != key && now_ < current->second.since &&
         !spaces_.contains(key);
}

void UnwindLoader::leave(Pid pid) {
  const auto before = space_of_.find(pid);
  if (before != space_of_.end()) {
    end(AddressSpaceKey(before->second.key));
    space_of_.erase(pid);
  }
}

void UnwindLoader::accept(const ProcessEvent& event) {
  const AddressSpaceKey key{.process = event.task.process, .id = event.task.address_space};
  now_ = event.time;
  if (event.kind == ProcessEventKind::Exit) {
    leave(key.process.pid);
    return;
  }
  if (key.id == AddressSpaceId()) {
    return;
  }
  if (event.kind == ProcessEventKind::Exec) {
    add(key);
    move_to(key);
    changed_.insert(key);
    return;
  }
  const auto parent = space_of_.find(event.parent);
  if (parent == space_of_.end()) {
    return;
  }
  const auto known = spaces_.find(parent->second.key);
  const auto layout = known == spaces_.end() ? nullptr : known->second.layout;
  Space& space = add(key);
  move_to(key);
  if (layout != nullptr && space.layout == nullptr) {
    space.layout = layout;
    publish(key, *layout);
  }
}

void UnwindLoader::accept(const ExecutableMapping& event) {
  const auto space = space_of_.find(event.pid);
  if (space != space_of_.end()) {
    changed_.insert(space->second.key);
  }
}

void UnwindLoader::settle(KernelTime now) {
  now_ = now;
  for (const AddressSpaceKey& key : std::exchange(changed_, {})) {
    const auto space = spaces_.find(key);
    if (space != spaces_.end()) {
      describe(key, space->second, now);
      ask_for_tables(space->second);
    }
  }
  settle_ended();
  if (files_.bytes() > limits_.table_bytes) {
    evict_tables();
  }
}

void UnwindLoader::ask_for_tables(Space& space) {
  if (space.layout != nullptr) {
    ask_for_tables(*space.layout->ranges, space.sampled);
    space.asked_for = true;
  }
}

void UnwindLoader::ask_for_tables(const Ranges& ranges, bool sampled) {
  for (const ExecutableRange& range : ranges) {
    const bool had_none = files_.has_none(range);
    files_.ask(range, sampled);
    if (!had_none && files_.has_none(range)) {
      write_places_of(FileTables::file_of(range));
    }
  }
}

culprit_unwind_mapping& UnwindLoader::mapping(const Layout& layout, std::size_t index) {
  const auto block = static_cast<std::uint32_t>(index / CULPRIT_UNWIND_BLOCK_MAPPINGS);
  return pool_.mappings_of(layout.run.first + block)[index % CULPRIT_UNWIND_BLOCK_MAPPINGS];
}

void UnwindLoader::accept(const MadeTable& table) {
  files_.accept(table);
  write_places_of(table.file);
}

/// The mappings of a file say by now where its table is, or that it has none any more.
void UnwindLoader::write_places_of(FileId file) {
  for (auto& [key, space] : spaces_) {
    if (space.layout == nullptr) {
      continue;
    }
    for (std::size_t index = 0; index < space.layout->ranges->size(); ++index) {
      const ExecutableRange& range = (*space.layout->ranges)[index];
      if (range.kind != MappingKind::Anonymous && FileTables::file_of(range) == file) {
        update(mapping(*space.layout, index), files_.mapping_of(range));
      }
    }
  }
}

/// The files that have a table, those whose processes have not been sampled for longest first.
std::vector<FileId> UnwindLoader::files_by_use() const {
  std::unordered_map<FileId, KernelTime> last_use;
  for (const auto& [key, space] : spaces_) {
    if (space.layout == nullptr) {
      continue;
    }
    for (const ExecutableRange& range : *space.layout->ranges) {
      KernelTime& last = last_use[FileTables::file_of(range)];
      last = std::max(last, space.last_use);
    }
  }
  auto files = files_.loaded();
  std::ranges::stable_sort(files, {}, [&](FileId file) {
    const auto used = last_use.find(file);
    return used == last_use.end() ? KernelTime{} : used->second;
  });
  return files;
}

void UnwindLoader::evict_tables() {
  for (const FileId file : files_by_use()) {
    // Down to seven eighths, so that it is not done again at once.
    if (files_.bytes() <= limits_.table_bytes / 8 * 7) {
      break;
    }
    ++losses_.tables_evicted;
    files_.evict(file, [this](FileId gone) { write_places_of(gone); });
  }
  for (auto& [key, space] : spaces_) {
    space.asked_for = false;
  }
}

const UnwindLoader::Ranges* UnwindLoader::ranges_of(const AddressSpaceKey& key) const {
  const auto space = spaces_.find(key);
  if (space != spaces_.end() && space->second.layout != nullptr) {
    return space->second.layout->ranges.get();
  }
  const auto ended = std::ranges::find(ended_, key, &Ended::key);
  return ended == ended_.end() ? nullptr : ended->ranges.get();
}

CodeFacts UnwindLoader::code_at(const AddressSpaceKey& key, std::uint64_t address) const {
  const Ranges* ranges = ranges_of(key);
  if (ranges == nullptr) {
    return {};
  }
  const auto after = std::ranges::upper_bound(*ranges, address, {}, &ExecutableRange::start);
  if (after == ranges->begin() || std::prev(after)->end <= address) {
    return {};
  }
  return files_.code_at(*std::prev(after), address, sides_.rules);
}

UnwindLoader::Losses UnwindLoader::take_losses() {
  return std::exchange(losses_, {});
}

}  // namespace culprit
