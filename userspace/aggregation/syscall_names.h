// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace culprit {

/// Names system calls of this machine's 64-bit and 32-bit tables by number, each asked for once.
class SyscallNames {
 public:
  /// "epoll_wait"; "syscall_<n>" when the table has no such number.
  const std::string& name(std::uint32_t number, bool compat);

 private:
  std::unordered_map<std::uint64_t, std::string> known_;
};

}  // namespace culprit
