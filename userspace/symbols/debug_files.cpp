// SPDX-License-Identifier: Apache-2.0
#include "symbols/debug_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "symbols/file_opening.h"

namespace culprit {
namespace {

constexpr std::size_t kMinBuildIdBytes = 2;
constexpr std::string_view kDebugRoot = "/usr/lib/debug";

using Inode = std::pair<dev_t, ino_t>;

Inode inode_of(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? Inode(status.st_dev, status.st_ino) : Inode();
}

/// ".build-id/ab/cdef.debug"
std::string build_id_path(const std::string& build_id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string path = "/.build-id/";
  for (std::size_t index = 0; index < build_id.size(); ++index) {
    const auto byte = static_cast<unsigned char>(build_id[index]);
    path += kDigits[byte >> 4U];
    path += kDigits[byte & 0xFU];
    path += index == 0 ? "/" : "";
  }
  return path + ".debug";
}

/// The worker said it, which may have been taken over: no way out of the places looked at.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

bool is_plain_path(std::string_view path) {
  return path.starts_with('/') && path.find("/../") == std::string_view::npos;
}

class Search {
 public:
  explicit Search(int binary) : seen_{inode_of(binary)} {}

  void try_path(int root, const std::string& path, MountsBelow mounts) {
    auto file =
        root < 0 ? Result<UniqueFd>(Error("no root")) : open_regular_in_root(root, path, mounts);
    if (!file) {
      return;
    }
    const Inode inode = inode_of(file->get());
    if (std::ranges::find(seen_, inode) == seen_.end()) {
      seen_.push_back(inode);
      found_.push_back(*std::move(file));
    }
  }

  std::vector<UniqueFd> take() { return std::move(found_); }

 private:
  std::vector<Inode> seen_;
  std::vector<UniqueFd> found_;
};

}  // namespace

std::vector<UniqueFd> open_debug_files(const DebugFileWish& wish, int root, int host_root) {
  Search search(wish.binary);
  if (wish.build_id.size() >= kMinBuildIdBytes) {
    const std::string path = std::string(kDebugRoot) + build_id_path(wish.build_id);
    search.try_path(host_root, path, MountsBelow::Follow);
    search.try_path(root, path, MountsBelow::Refuse);
  }
  if (is_plain_name(wish.debug_link) && is_plain_path(wish.path)) {
    const std::string directory = wish.path.substr(0, wish.path.rfind('/') + 1);
    const std::string below_debug_root = std::string(kDebugRoot) + directory + wish.debug_link;
    for (const std::string& path :
         {directory + wish.debug_link, directory + ".debug/" + wish.debug_link, below_debug_root}) {
      search.try_path(root, path, MountsBelow::Refuse);
    }
    search.try_path(host_root, below_debug_root, MountsBelow::Follow);
  }
  return search.take();
}

}  // namespace culprit
