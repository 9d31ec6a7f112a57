// SPDX-License-Identifier: Apache-2.0
#include "exporters/safe_folder.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>

namespace culprit {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0700;

/// A new file that has no name yet, or a hidden one where the file system has no nameless files.
struct NewFile {
  UniqueFd descriptor;
  std::string name;  ///< empty: the file vanishes by itself when it is closed
};

std::string hidden_name() {
  std::uint64_t number = 0;
  // The name need not be secret (O_EXCL refuses what is there), only different.
  if (::getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number)) {
    number = static_cast<std::uint64_t>(::getpid());
  }
  std::array<char, 40> name{};
  std::snprintf(name.data(), name.size(), ".culprit-%016llx.tmp",
                static_cast<unsigned long long>(number));
  return name.data();
}

Result<NewFile> create_file(int folder, const std::string& path) {
  NewFile file;
  file.descriptor.reset(::openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode));
  if (file.descriptor.valid()) {
    return file;
  }
  const bool no_nameless_files = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL;
  if (!no_nameless_files) {
    return Error::from_errno("create a file in " + path, errno);
  }
  file.name = hidden_name();
  file.descriptor.reset(::openat(folder, file.name.c_str(),
                                 O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, kFileMode));
  if (!file.descriptor.valid()) {
    return Error::from_errno("create a file in " + path, errno);
  }
  return file;
}

Status write_all(int descriptor, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return Error::from_errno("write " + path, errno);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) {
    return Error::from_errno("write " + path + " to the disk", errno);
  }
  return Success{};
}

int give_name(int folder, const NewFile& file, const std::string& name) {
  const std::string self = "/proc/self/fd/" + std::to_string(file.descriptor.get());
  return ::linkat(AT_FDCWD, self.c_str(), folder, name.c_str(), AT_SYMLINK_FOLLOW);
}

/// Puts the complete file under its name, in place of what is there.
Status publish(int folder, NewFile& file, const std::string& name, const std::string& path) {
  if (file.name.empty()) {
    if (give_name(folder, file, name) == 0) {
      return Success{};
    }
    // A name that is taken can only be replaced by another name.
    const std::string hidden = hidden_name();
    if (errno != EEXIST || give_name(folder, file, hidden) != 0) {
      return Error::from_errno("give " + path + " its name", errno);
    }
    file.name = hidden;
  }
  if (::renameat(folder, file.name.c_str(), folder, name.c_str()) != 0) {
    return Error::from_errno("replace " + path, errno);
  }
  file.name.clear();
  return Success{};
}

Result<UniqueFd> open_folder(int above, const std::string& name, const std::string& path) {
  if (::mkdirat(above, name.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return Error::from_errno("make the folder " + path, errno);
  }
  UniqueFd folder(::openat(above, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder.valid()) {
    return folder;
  }
  struct stat status {};
  if (::fstatat(above, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      !S_ISDIR(status.st_mode)) {
    return Error(
        path + (S_ISLNK(status.st_mode) ? " is a symbolic link" : " is a file") + ", not a folder",
        ENOTDIR);
  }
  return Error::from_errno("open the folder " + path, errno);
}

}  // namespace

Result<SafeFolder> SafeFolder::open_or_create(const std::string& path) {
  if (path.empty()) {
    return Error("the folder's name is empty");
  }
  Result<UniqueFd> folder = open_folder(AT_FDCWD, path, path);
  if (!folder) {
    return std::move(folder).error();
  }
  return SafeFolder(*std::move(folder), path);
}

Result<SafeFolder> SafeFolder::folder(const std::string& name) const {
  const std::string below = path_ + "/" + name;
  Result<UniqueFd> folder = open_folder(folder_.get(), name, below);
  if (!folder) {
    return std::move(folder).error();
  }
  return SafeFolder(*std::move(folder), below);
}

Status SafeFolder::write(const std::string& name, std::string_view content) const {
  const std::string below = path_ + "/" + name;
  Result<NewFile> file = create_file(folder_.get(), path_);
  if (!file) {
    return std::move(file).error();
  }
  Status status = write_all(file->descriptor.get(), content, below);
  if (status) {
    status = publish(folder_.get(), *file, name, below);
  }
  if (!file->name.empty()) {
    ::unlinkat(folder_.get(), file->name.c_str(), 0);
  }
  if (status && ::fsync(folder_.get()) != 0) {
    return Error::from_errno("write the folder " + path_ + " to the disk", errno);
  }
  return status;
}

std::string SafeFolder::read(const std::string& name, std::size_t most_bytes) const {
  const UniqueFd file(
      ::openat(folder_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::string content(most_bytes, '\0');
  const ssize_t length = file.valid() ? ::read(file.get(), content.data(), content.size()) : 0;
  content.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return content;
}

void SafeFolder::remove(const std::string& name) const {
  ::unlinkat(folder_.get(), name.c_str(), 0);
}

Status SafeFolder::check_writable() const {
  Result<NewFile> file = create_file(folder_.get(), path_);
  if (!file) {
    return std::move(file).error();
  }
  if (!file->name.empty()) {
    ::unlinkat(folder_.get(), file->name.c_str(), 0);
  }
  return Success{};
}

}  // namespace culprit
