// SPDX-License-Identifier: Apache-2.0
#include "runtimes/jit/jit_names.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>

#include "base/text_file.h"
#include "runtimes/jit/wanted_code.h"
#include "symbols/file_opening.h"
#include "symbols/frame_text.h"
#include "symbols/process_start.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxNames = 65536;
constexpr const char* kModule = "[jit]";

/// The last number of the NSpid line; nothing when there is none.
std::string innermost_pid(int process_directory) {
  const auto status = read_text_file_at(process_directory, "status");
  const std::size_t line = status ? status->find("\nNSpid:") : std::string::npos;
  if (line == std::string::npos) {
    return {};
  }
  const std::string_view numbers =
      std::string_view(*status).substr(line + 1, status->find('\n', line + 1) - line - 1);
  return std::string(numbers.substr(numbers.find_last_of(" \t") + 1));
}

/// What is mounted on the process's /tmp, as major and minor number; nothing: no mount of its own.
std::optional<std::pair<std::uint32_t, std::uint32_t>> mounted_on_tmp(std::string_view mountinfo) {
  std::optional<std::pair<std::uint32_t, std::uint32_t>> found;
  while (!mountinfo.empty()) {
    std::string_view line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    // number, parent, major:minor, root, mount point
    std::array<std::string_view, 5> fields{};
    for (std::string_view& field : fields) {
      field = line.substr(0, line.find(' '));
      line.remove_prefix(std::min(field.size() + 1, line.size()));
    }
    if (fields[4] != "/tmp") {
      continue;
    }
    const std::string_view device = fields[2];
    const std::size_t colon = std::min(device.find(':'), device.size());
    std::pair<std::uint32_t, std::uint32_t> numbers{};
    std::from_chars(device.data(), device.data() + colon, numbers.first);
    if (colon < device.size()) {
      std::from_chars(device.data() + colon + 1, device.data() + device.size(), numbers.second);
    }
    found = numbers;  // the last one covers those before it
  }
  return found;
}

bool is_dump_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.starts_with("jit-") && name.ends_with(".dump");
}

}  // namespace

JitNames::JitNames(RuntimeWorker worker, const ProcessMaps& maps, std::string proc)
    : worker_(std::move(worker)), maps_(maps), proc_(std::move(proc)) {}

UniqueFd JitNames::open_dump(const AddressSpaceKey& space) const {
  for (const ExecutableRange& range : maps_.executable_ranges(space)) {
    if (range.kind == MappingKind::File && is_dump_name(maps_.files().path(range.file))) {
      return UniqueFd(::fcntl(maps_.files().descriptor(range.file), F_DUPFD_CLOEXEC, 3));
    }
  }
  return {};
}

UniqueFd JitNames::open_map(const AddressSpaceKey& space) {
  const std::string path = proc_ + "/" + std::to_string(space.process.pid.value());
  const UniqueFd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || !started_at(directory.get(), space.process.start_boottime_ns)) {
    return {};
  }
  const auto mountinfo = read_text_file_at(directory.get(), "mountinfo");
  const std::string pid = innermost_pid(directory.get());
  if (!mountinfo || pid.empty()) {
    return {};
  }
  const auto device = mounted_on_tmp(*mountinfo);
  if (device && !mounts_.may_open(directory.get(), device->first, device->second)) {
    return {};
  }
  const UniqueFd root(::openat(directory.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  auto file = open_regular_in_root(root.get(), "/tmp/perf-" + pid + ".map",
                                   device ? MountsBelow::Follow : MountsBelow::Refuse);
  return file ? *std::move(file) : UniqueFd();
}

void JitNames::prepare(const AddressSpaceKey& space, std::vector<std::uint64_t> addresses,
                       KernelTime deadline) {
  UniqueFd file = open_dump(space);
  if (!file.valid()) {
    file = open_map(space);
  }
  if (!file.valid()) {
    return;
  }
  if (names_.size() > kMaxNames) {
    names_.clear();
  }
  std::ranges::sort(addresses);
  worker_.set_deadline(deadline);
  auto left = std::span<const std::uint64_t>(addresses);
  while (!left.empty() && std::chrono::steady_clock::now() < deadline) {
    const auto batch = left.first(std::min(left.size(), kMaxOffsetsPerQuery));
    const auto content =
        worker_.read_jit(space.process.pid, file.get(), WantedCode::question(batch));
    const auto answer = content ? decode_answer(*content) : Result<SymbolAnswer>(content.error());
    if (!answer || answer->frames.empty() || answer->frames.size() > batch.size()) {
      return;
    }
    for (std::size_t index = 0; index < answer->frames.size(); ++index) {
      for (const AnsweredFrame& frame : answer->frames[index]) {
        names_[{space, batch[index]}] = {.function = shown(frame.function),
                                         .file = shown(frame.file),
                                         .line = frame.line,
                                         .module = kModule,
                                         .kind = FrameKind::Jit};
      }
    }
    left = left.subspan(answer->frames.size());
  }
}

FrameNames JitNames::names(const RawFrame& frame, const AddressSpaceKey& space) const {
  const auto known = names_.find({space, frame.address.value()});
  return known == names_.end() ? FrameNames() : FrameNames{known->second};
}

}  // namespace culprit
