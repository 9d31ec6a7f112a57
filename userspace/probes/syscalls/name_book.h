// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace culprit {

/// Host names and Unix paths that the kernel part knows by their hash. Remembers what it has read,
/// for the kernel's map forgets the oldest.
class NameBook {
 public:
  explicit NameBook(int map_descriptor) : map_(map_descriptor) {}

  /// A stranger's bytes, at most CULPRIT_NAME_SIZE of them; empty when the hash is 0 or not known.
  std::string name(std::uint64_t hash);

 private:
  int map_;
  std::unordered_map<std::uint64_t, std::string> known_;
};

}  // namespace culprit
