// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/written_paths.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/text_file.h"

namespace culprit {
namespace {

constexpr std::size_t kRemembered = 16384;
constexpr int kAttempts = 3;  // a descriptor may be closed for the moment in which we look

/// The inode number of the open file, since 5.14 without touching its file system.
std::optional<std::uint64_t> inode_by_description(const std::string& process,
                                                  const std::string& descriptor) {
  constexpr std::string_view kField = "ino:";
  const auto text = read_text_file(process + "/fdinfo/" + descriptor);
  if (!text) {
    return std::nullopt;
  }
  const std::size_t at = text->find(kField);
  if (at == std::string::npos) {
    return std::nullopt;
  }
  const std::size_t begin = text->find_first_of("0123456789", at);
  if (begin == std::string::npos) {
    return std::nullopt;
  }
  std::uint64_t inode = 0;
  std::from_chars(text->data() + begin, text->data() + text->size(), inode);
  return inode;
}

/// The same on older kernels; what the file system remembers will do (no wait for a server).
std::optional<std::uint64_t> inode_by_status(const std::string& link) {
  struct statx status {};
  if (::statx(AT_FDCWD, link.c_str(), AT_STATX_DONT_SYNC, STATX_INO, &status) != 0) {
    return std::nullopt;
  }
  return status.stx_ino;
}

std::string look_up(const WrittenFile& file) {
  const std::string process = "/proc/" + std::to_string(file.pid.value());
  const std::string descriptor = std::to_string(file.descriptor);
  const std::string link = process + "/fd/" + descriptor;
  std::array<char, 4096> target{};
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  if (length <= 0) {
    return {};
  }
  auto inode = inode_by_description(process, descriptor);
  if (!inode) {
    inode = inode_by_status(link);
  }
  if (inode != file.inode) {
    return {};
  }
  return {target.data(), static_cast<std::size_t>(length)};
}

}  // namespace

const std::string& WrittenPaths::path(const WrittenFile& file) {
  if (known_.size() >= kRemembered) {
    known_.clear();
  }
  Entry& entry = known_[Key{file.pid, file.inode, file.device}];
  if (entry.path.empty() && entry.attempts < kAttempts) {
    ++entry.attempts;
    entry.path = look_up(file);
  }
  return entry.path;
}

}  // namespace culprit
