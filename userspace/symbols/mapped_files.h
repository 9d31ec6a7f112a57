// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strong_id.h"
#include "base/unique_fd.h"

namespace culprit {

/// Index of a file in MappedFiles; never given to another file.
using FileId = StrongId<struct FileIdTag, std::uint32_t>;

/// A file as mappings name it: the same for all processes that map it. Holds as long as the file is
/// kept open, for then its inode number cannot be given to another.
struct MappedFileKey {
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::uint64_t inode = 0;
  std::string build_id;  ///< raw bytes; empty when the kernel did not say

  auto operator<=>(const MappedFileKey&) const = default;
};

/// The executable files that were seen mapped, each once, with a bounded number of them kept open:
/// the one used longest ago is closed first and loses its names, unless the worker knows them.
class MappedFiles {
 public:
  /// `max_files`: from then on, new ones share one nameless entry.
  explicit MappedFiles(std::size_t max_open, std::size_t max_files = 16384);

  /// The file of that key when it is open; marks it as used.
  std::optional<FileId> find_open(const MappedFileKey& key);
  /// Takes over a file that find_open() does not know.
  FileId add_open(const MappedFileKey& key, const std::string& path, UniqueFd descriptor);
  /// A file that cannot be opened: it has a name and nothing else.
  FileId add_name(const MappedFileKey& key, const std::string& path);

  /// -1 when the file could not be opened or was closed to make room.
  [[nodiscard]] int descriptor(FileId file) const { return file_at(file).descriptor.get(); }
  /// As in the mapping: inside the process's mount namespace; a stranger's bytes.
  [[nodiscard]] const std::string& path(FileId file) const { return file_at(file).path; }
  /// The path's last component, displayable.
  [[nodiscard]] const std::string& module(FileId file) const { return file_at(file).module; }
  [[nodiscard]] const std::string& build_id(FileId file) const {
    return file_at(file).key.build_id;
  }
  [[nodiscard]] std::size_t open_count() const { return open_by_key_.size(); }
  [[nodiscard]] std::size_t count() const { return files_.size(); }

 private:
  struct File {
    MappedFileKey key;
    std::string path;
    std::string module;
    UniqueFd descriptor;
    std::uint64_t last_use = 0;
  };

  [[nodiscard]] const File& file_at(FileId file) const { return files_.at(file.value()); }
  FileId append(const MappedFileKey& key, const std::string& path);
  void close_oldest();

  std::size_t max_open_;
  std::size_t max_files_;
  std::uint64_t uses_ = 0;
  std::vector<File> files_;
  std::map<MappedFileKey, FileId> open_by_key_;
  std::map<std::pair<MappedFileKey, std::string>, FileId> names_;
};

}  // namespace culprit
