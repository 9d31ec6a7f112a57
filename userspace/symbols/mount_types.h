// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace culprit {

/// Tells which file systems may be asked for a file at all. Behind FUSE stands a program, maybe the
/// container's own: opening a file there can wait for its answer for ever.
class MountTypes {
 public:
  /// True for file systems on disks and for those that the kernel itself serves and that are
  /// mounted where the process or we see it. `process_directory` is an open /proc/PID.
  bool may_open(int process_directory, std::uint32_t device_major, std::uint32_t device_minor);

  /// Device numbers are reused after an unmount.
  void forget() { may_open_.clear(); }

 private:
  void learn(std::string_view mountinfo);

  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> may_open_;
};

}  // namespace culprit
