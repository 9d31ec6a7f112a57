// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace culprit::test {

/// A directory of its own that goes away with its content.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path_of(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }

 private:
  std::string path_;
};

void write_file(const std::string& path, std::span<const std::byte> content);
void write_file(const std::string& path, std::string_view content);
UniqueFd open_for_reading(const std::string& path);

/// Runs a program of the PATH to its end; what it printed, or nothing when it failed.
std::string output_of(const std::vector<std::string>& command);

/// Compiles C++ into `path`.
void compile(std::string_view source, const std::string& path,
             const std::vector<std::string>& options);

}  // namespace culprit::test
