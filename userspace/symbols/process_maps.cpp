// SPDX-License-Identifier: Apache-2.0
#include "symbols/process_maps.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/text_file.h"
#include "symbols/file_opening.h"
#include "symbols/process_start.h"

namespace culprit {
namespace {

constexpr std::size_t kMapsTextLimit = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kMaxHistories = 32768;
constexpr std::string_view kDeleted = " (deleted)";
MappingKind kind_of(const MapsLine& line) {
  if (line.path == "[vdso]") {
    return MappingKind::Vdso;
  }
  return line.inode != 0 ? MappingKind::File : MappingKind::Anonymous;
}

MappedFileKey file_key(const MapsLine& line, std::string_view build_id) {
  return {.device_major = line.device_major,
          .device_minor = line.device_minor,
          .inode = line.inode,
          .build_id = std::string(build_id)};
}

bool has_inode(const UniqueFd& file, std::uint64_t inode) {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 && status.st_ino == inode;
}

std::string map_files_link(std::uint64_t start, std::uint64_t end) {
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "map_files/%llx-%llx",
                static_cast<unsigned long long>(start), static_cast<unsigned long long>(end));
  return name.data();
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

/// A thread of a process whose first thread has ended: that one's files in /proc are empty.
UniqueFd open_living_thread(int process_directory) {
  const UniqueFd list(
      ::openat(process_directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!list.valid()) {
    return {};
  }
  const std::unique_ptr<DIR, CloseDirectory> threads(::fdopendir(::dup(list.get())));
  constexpr int kMostThreads = 64;
  for (int count = 0; threads != nullptr && count < kMostThreads; ++count) {
    const dirent* entry = ::readdir(threads.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr) {
      break;
    }
    UniqueFd thread(::openat(list.get(), static_cast<const char*>(entry->d_name),
                             O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (entry->d_name[0] != '.' && thread.valid()) {
      const auto maps = read_text_file_at(thread.get(), "maps", 1);
      if (maps && !maps->empty()) {
        return thread;
      }
    }
  }
  return {};
}

}  // namespace

ProcessMaps::ProcessMaps(ProcessMapsLimits limits, std::string proc)
    : limits_(limits),
      proc_(std::move(proc)),
      files_(limits.open_files),
      roots_(limits.open_roots) {}

void ProcessMaps::note_process(ProcessKey process, AddressSpaceId address_space) {
  const AddressSpaceKey key{.process = process, .id = address_space};
  const auto known = spaces_.find(key);
  if (known != spaces_.end() && (known->second.read_at || known->second.end != KernelTime::max())) {
    return;  // read before, or another image runs there by now
  }
  const UniqueFd directory = open_process(process);
  AddressSpace& space =
      known != spaces_.end() ? known->second : add_space(key, KernelTime::min(), false);
  space.read_at = std::chrono::steady_clock::now();
  if (!directory.valid()) {
    space.read_at.reset();
    count_missed(space);
    return;
  }
  space.root = roots_.note(directory.get());
  read_mappings(directory, space);
  if (space.mappings.empty()) {
    const UniqueFd thread = open_living_thread(directory.get());
    if (thread.valid()) {
      space.root = roots_.note(thread.get());
      read_mappings(thread, space);
    }
  }
  if (space.mappings.empty()) {
    count_missed(space);
  }
}

void ProcessMaps::count_missed(AddressSpace& space) {
  missed_ += space.missed ? 0 : 1;
  space.missed = true;
}

UniqueFd ProcessMaps::open_process(ProcessKey process) const {
  const std::string path = proc_ + "/" + std::to_string(process.pid.value());
  UniqueFd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  // The open directory belongs to this process for ever, so the check cannot be outrun.
  if (directory.valid() && !started_at(directory.get(), process.start_boottime_ns)) {
    directory.reset();
  }
  return directory;
}

void ProcessMaps::read_mappings(const UniqueFd& directory, AddressSpace& space) {
  const auto text = read_text_file_at(directory.get(), "maps", kMapsTextLimit);
  if (!text || text->empty()) {
    space.read_at.reset();
    return;
  }
  space.read_until = std::chrono::steady_clock::now();
  const auto lines = executable_mappings(*text, limits_.mappings_per_space);
  if (lines.size() == limits_.mappings_per_space || text->size() == kMapsTextLimit) {
    ++dropped_;
  }
  space.mappings.reserve(lines.size());
  for (const MapsLine& line : lines) {
    space.mappings.push_back(mapping_of(line, {}, directory, space.root));
  }
  std::ranges::sort(space.mappings, {}, &Mapping::start);
}

ProcessMaps::Mapping ProcessMaps::mapping_of(const MapsLine& line, std::string_view build_id,
                                             const UniqueFd& directory,
                                             std::optional<RootId> root) {
  Mapping mapping{.time = {},
                  .start = line.start,
                  .end = line.end,
                  .file_offset = line.file_offset,
                  .file = {},
                  .kind = kind_of(line)};
  if (mapping.kind == MappingKind::File) {
    const MappedFileKey key = file_key(line, build_id);
    const auto open = files_.find_open(key);
    mapping.file = open ? *open : file_of(line, key, directory, root);
  }
  return mapping;
}

FileId ProcessMaps::file_of(const MapsLine& line, const MappedFileKey& key,
                            const UniqueFd& directory, std::optional<RootId> root) {
  std::string path(line.path);
  const bool deleted = path.ends_with(kDeleted);
  if (deleted) {
    path.resize(path.size() - kDeleted.size());
  }
  if (!directory.valid() ||
      !mounts_.may_open(directory.get(), line.device_major, line.device_minor)) {
    return files_.add_name(key, path);
  }
  auto file = open_regular_behind(directory.get(), map_files_link(line.start, line.end));
  const int root_directory = root ? roots_.descriptor(*root) : -1;
  if (!file && !deleted && root_directory >= 0) {
    file = open_regular_in_root(root_directory, path);
    // A path may lead to another file by now.
    if (file && !has_inode(*file, line.inode)) {
      file = Error("replaced since it was mapped");
    }
  }
  return file ? files_.add_open(key, path, *std::move(file)) : files_.add_name(key, path);
}

ProcessMaps::AddressSpace& ProcessMaps::add_space(const AddressSpaceKey& key, KernelTime begin,
                                                  bool executed) {
  if (spaces_.size() >= limits_.address_spaces && !oldest_spaces_.empty()) {
    spaces_.erase(oldest_spaces_.front());
    oldest_spaces_.pop_front();
    ++dropped_;
  }
  AddressSpace& space = spaces_[key];
  space.begin = begin;
  space.executed = executed;
  oldest_spaces_.push_back(key);
  if (histories_.size() < kMaxHistories || histories_.contains(key.process.pid)) {
    histories_[key.process.pid].spaces.push_back(key);
  }
  return space;
}

void ProcessMaps::accept(const ExecutableMapping& event) {
  if (histories_.size() >= kMaxHistories && !histories_.contains(event.pid)) {
    ++dropped_;
    return;
  }
  PidHistory& history = histories_[event.pid];
  const MapsLine line{.start = event.start,
                      .end = event.start + std::min(event.length, UINT64_MAX - event.start),
                      .file_offset = event.file_offset,
                      .device_major = event.device_major,
                      .device_minor = event.device_minor,
                      .inode = event.inode,
                      .path = event.path};
  UniqueFd directory;
  // Processes that come and go by the thousand mostly map files that are open already.
  if (kind_of(line) == MappingKind::File && !files_.find_open(file_key(line, event.build_id))) {
    const std::string path = proc_ + "/" + std::to_string(event.pid.value());
    directory.reset(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  Mapping mapping = mapping_of(line, event.build_id, directory, std::nullopt);
  mapping.time = event.time;
  history.events.push_back(mapping);
  if (history.events.size() > limits_.events_per_pid) {
    history.events.pop_front();
    ++dropped_;
  }
}

void ProcessMaps::accept(const ProcessEvent& event) {
  const Pid pid = event.task.process.pid;
  switch (event.kind) {
    case ProcessEventKind::Fork:
      begin_process(event);
      return;
    case ProcessEventKind::Exec:
      begin_image(event);
      return;
    case ProcessEventKind::Exit:
      if (const auto history = histories_.find(pid); history != histories_.end()) {
        history->second.ended = event.time;
      }
      return;
  }
}

void ProcessMaps::begin_process(const ProcessEvent& event) {
  const Pid pid = event.task.process.pid;
  if (histories_.size() >= kMaxHistories && !histories_.contains(pid)) {
    ++dropped_;
    return;
  }
  // A number that comes back belongs to someone else; but the sources of events are not in step,
  // and some of the new owner's may be here already.
  PidHistory& history = histories_[pid];
  history.parent = event.parent;
  history.ended.reset();
  std::erase_if(history.events, [&](const Mapping& mapping) { return mapping.time < event.time; });
  std::erase_if(history.spaces,
                [&](const AddressSpaceKey& key) { return key.process != event.task.process; });
}

void ProcessMaps::begin_image(const ProcessEvent& event) {
  const AddressSpaceKey key{.process = event.task.process, .id = event.task.address_space};
  const bool known = spaces_.contains(key);
  std::optional<AddressSpaceKey> before;
  const auto history = histories_.find(key.process.pid);
  if (history != histories_.end() && !history->second.spaces.empty()) {
    before = history->second.spaces.back();
  }
  AddressSpace& space = known ? spaces_[key] : add_space(key, event.time, /*executed=*/true);
  space.begin = event.time;
  space.executed = true;
  if (!before || *before == key || !spaces_.contains(*before)) {
    return;
  }
  AddressSpace& previous = spaces_[*before];
  previous.end = event.time;
  if (!previous.read_at || previous.read_until < event.time) {
    return;
  }
  if (*previous.read_at > event.time) {
    // What was read as the old image's was already the new one's.
    space.mappings = std::move(previous.mappings);
    space.root = previous.root;
    space.read_at = std::exchange(previous.read_at, std::nullopt);
    space.read_until = previous.read_until;
  }
  // Else it was executed while it was read, and nobody knows which of the two was seen.
  previous.mappings.clear();
}

void ProcessMaps::forget_ended_before(KernelTime time) {
  std::erase_if(histories_, [&](const auto& entry) {
    const PidHistory& history = entry.second;
    if (!history.ended || *history.ended >= time) {
      return false;
    }
    for (const AddressSpaceKey& key : history.spaces) {
      spaces_.erase(key);
    }
    return true;
  });
  std::erase_if(oldest_spaces_, [&](const auto& key) { return !spaces_.contains(key); });
  mounts_.forget();
}

int ProcessMaps::root_descriptor(const AddressSpaceKey& space) const {
  const auto found = spaces_.find(space);
  return found != spaces_.end() && found->second.root ? roots_.descriptor(*found->second.root) : -1;
}

}  // namespace culprit
