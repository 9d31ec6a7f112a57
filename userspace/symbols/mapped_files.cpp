// SPDX-License-Identifier: Apache-2.0
#include "symbols/mapped_files.h"

#include <algorithm>
#include <utility>

#include "symbols/frame_text.h"

namespace culprit {
namespace {

constexpr FileId kNameless{0};

bool same_inode(const MappedFileKey& left, const MappedFileKey& right) {
  return left.inode == right.inode && left.device_major == right.device_major &&
         left.device_minor == right.device_minor;
}

}  // namespace

MappedFiles::MappedFiles(std::size_t max_open, std::size_t max_files)
    : max_open_(max_open), max_files_(max_files) {
  append({}, "");
}

std::optional<FileId> MappedFiles::find_open(const MappedFileKey& key) {
  auto found = open_by_key_.find(key);
  if (found == open_by_key_.end()) {
    // /proc/PID/maps does not tell build-ids, mapping events do; one that is not told fits all.
    MappedFileKey any_build = key;
    any_build.build_id.clear();
    found = open_by_key_.lower_bound(any_build);
    const bool same = found != open_by_key_.end() && same_inode(found->first, key) &&
                      (key.build_id.empty() || found->first.build_id.empty());
    found = same ? found : open_by_key_.end();
  }
  if (found == open_by_key_.end()) {
    return std::nullopt;
  }
  files_[found->second.value()].last_use = ++uses_;
  return found->second;
}

FileId MappedFiles::add_open(const MappedFileKey& key, const std::string& path,
                             UniqueFd descriptor) {
  if (const auto known = find_open(key)) {
    return *known;
  }
  const FileId id = append(key, path);
  if (id == kNameless) {
    return id;
  }
  files_.back().descriptor = std::move(descriptor);
  open_by_key_.emplace(key, id);
  if (open_by_key_.size() > max_open_) {
    close_oldest();
  }
  return id;
}

FileId MappedFiles::add_name(const MappedFileKey& key, const std::string& path) {
  const auto known = names_.find({key, path});
  if (known != names_.end()) {
    return known->second;
  }
  const FileId id = append(key, path);
  if (id != kNameless) {
    names_.emplace(std::pair(key, path), id);
  }
  return id;
}

FileId MappedFiles::append(const MappedFileKey& key, const std::string& path) {
  if (files_.size() >= max_files_) {
    return kNameless;
  }
  files_.push_back({.key = key,
                    .path = path,
                    .module = module_name(path),
                    .descriptor = {},
                    .last_use = ++uses_});
  return FileId(static_cast<std::uint32_t>(files_.size() - 1));
}

void MappedFiles::close_oldest() {
  const auto oldest = std::ranges::min_element(open_by_key_, {}, [this](const auto& entry) {
    return files_[entry.second.value()].last_use;
  });
  files_[oldest->second.value()].descriptor.reset();
  open_by_key_.erase(oldest);
}

}  // namespace culprit
