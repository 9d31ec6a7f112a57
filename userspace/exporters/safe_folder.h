// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"

namespace culprit {

/// A folder that files are written into whole: a name either shows the complete new content or what
/// it showed before, whatever fills the disk or kills the writer. Follows no symbolic link that
/// somebody else may have left in it.
class SafeFolder {
 public:
  /// Opens the folder, made with mode 0700 when it is not there; folders above it must be there.
  /// Fails when the name belongs to a file or a symbolic link.
  static Result<SafeFolder> open_or_create(const std::string& path);

  /// The folder `name` inside of this one, likewise. `name` has no slash.
  [[nodiscard]] Result<SafeFolder> folder(const std::string& name) const;

  /// Writes a file with mode 0600 and has it on the disk when this returns. `name` has no slash.
  [[nodiscard]] Status write(const std::string& name, std::string_view content) const;

  /// Up to `most_bytes` of a file that lies here; empty when there is none.
  [[nodiscard]] std::string read(const std::string& name, std::size_t most_bytes) const;

  /// Deletes a file, if it is there. `name` has no slash.
  void remove(const std::string& name) const;

  /// Fails when no file can be made here; leaves nothing.
  [[nodiscard]] Status check_writable() const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  SafeFolder(UniqueFd folder, std::string path)
      : folder_(std::move(folder)), path_(std::move(path)) {}

  UniqueFd folder_;
  std::string path_;  ///< for messages
};

}  // namespace culprit
