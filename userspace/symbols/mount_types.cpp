// SPDX-License-Identifier: Apache-2.0
#include "symbols/mount_types.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

#include "base/text_file.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxDevices = 8192;

/// The root of a rootless container is served by fuse-overlayfs, a program of the engine's side.
bool served_by_a_stranger(std::string_view type) {
  return type.starts_with("fuse") && type != "fuse.fuse-overlayfs" && type != "fuseblk";
}

std::string_view field_after(std::string_view line, std::string_view mark) {
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) {
    return {};
  }
  line.remove_prefix(at + mark.size());
  return line.substr(0, line.find(' '));
}

/// The third field: major:minor.
std::pair<std::uint32_t, std::uint32_t> device_of(std::string_view line) {
  for (int skipped = 0; skipped < 2; ++skipped) {
    line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
  }
  std::pair<std::uint32_t, std::uint32_t> device{};
  const char* end = line.data() + line.size();
  const auto [colon, failure] = std::from_chars(line.data(), end, device.first);
  if (failure != std::errc{} || colon == end) {
    return {};
  }
  std::from_chars(colon + 1, end, device.second);
  return device;
}

}  // namespace

bool MountTypes::may_open(int process_directory, std::uint32_t device_major,
                          std::uint32_t device_minor) {
  if (device_major != 0) {
    return true;
  }
  const std::pair device(device_major, device_minor);
  auto known = may_open_.find(device);
  if (known == may_open_.end()) {
    if (may_open_.size() > kMaxDevices) {
      may_open_.clear();
    }
    // Ours second: with some stacked file systems the mapping tells the device underneath.
    for (const auto& mounts : {read_text_file_at(process_directory, "mountinfo"),
                               read_text_file("/proc/self/mountinfo")}) {
      if (mounts) {
        learn(*mounts);
      }
    }
    known = may_open_.emplace(device, false).first;
  }
  return known->second;
}

void MountTypes::learn(std::string_view mountinfo) {
  while (!mountinfo.empty()) {
    const std::string_view line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    const std::string_view type = field_after(line, " - ");
    if (!line.empty() && !type.empty()) {
      may_open_.emplace(device_of(line), !served_by_a_stranger(type));
    }
  }
}

}  // namespace culprit
