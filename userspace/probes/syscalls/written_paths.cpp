// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/written_paths.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>

#include "base/text_file.h"
#include "base/unique_fd.h"

namespace culprit {
namespace {

constexpr std::size_t kRemembered = 16384;
constexpr int kAttempts = 3;  // a descriptor may be closed for the moment in which we look
constexpr int kMoreLooks = 24;
constexpr std::chrono::microseconds kBetweenLooks{200};

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

struct Look {
  bool alive = false;  ///< the process is
  std::string path;    ///< empty when the descriptor means another file, or none
};

/// What the descriptor means now. The file is held while it is asked, for a script's ">>" makes a
/// descriptor mean two files by turns within microseconds. O_PATH opens nothing: neither a file
/// system nor a device takes notice.
Look look_once(const std::string& link, std::uint64_t wanted) {
  const UniqueFd held(::open(link.c_str(), O_PATH | O_CLOEXEC));
  if (held.get() < 0) {
    const std::string process = link.substr(0, link.rfind("/fd/"));
    return {.alive = ::access(process.c_str(), F_OK) == 0, .path = {}};
  }
  const std::string descriptor = std::to_string(held.get());
  const std::string own_link = "/proc/self/fd/" + descriptor;
  auto inode = inode_by_description("/proc/self", descriptor);
  if (!inode) {
    inode = inode_by_status(own_link);
  }
  std::array<char, 4096> target{};
  const ssize_t length = ::readlink(own_link.c_str(), target.data(), target.size());
  if (inode != wanted || length <= 0) {
    return {.alive = true, .path = {}};
  }
  return {.alive = true, .path = {target.data(), static_cast<std::size_t>(length)}};
}

}  // namespace

/// Its process may wait for a CPU in the wrong moment: a second look is worth a little time.
std::string WrittenPaths::look_up(const WrittenFile& file) {
  const std::string link =
      "/proc/" + std::to_string(file.pid.value()) + "/fd/" + std::to_string(file.descriptor);
  Look look = look_once(link, file.inode);
  for (int again = 0; again < kMoreLooks && look.path.empty() && patience_ > 0; ++again) {
    if (!look.alive) {
      break;
    }
    --patience_;
    std::this_thread::sleep_for(kBetweenLooks);
    look = look_once(link, file.inode);
  }
  return look.path;
}

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
