// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "base/ids.h"

namespace culprit {

/// One file object of one process, by the number under which the kernel part saw it last.
struct WrittenFile {
  Pid pid;
  std::uint64_t inode = 0;
  std::uint32_t device = 0;
  std::uint32_t descriptor = 0;
};

/// Finds out what files are called, once each, while their process lives.
class WrittenPaths {
 public:
  /// As /proc/PID/fd/N shows it ("/var/log/app.log", "pipe:[123]"): a stranger's bytes. Empty when
  /// the process is gone or the descriptor means another file by now.
  const std::string& path(const WrittenFile& file);

 private:
  using Key = std::tuple<Pid, std::uint64_t, std::uint32_t>;  ///< process, inode, device
  struct Entry {
    std::string path;
    int attempts = 0;
  };

  std::string look_up(const WrittenFile& file);

  std::map<Key, Entry> known_;
  /// Looks that may still be repeated after a pause: a tenth of a second in all.
  int patience_ = 500;
};

}  // namespace culprit
