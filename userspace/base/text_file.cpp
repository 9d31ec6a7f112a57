// SPDX-License-Identifier: Apache-2.0
#include "base/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/unique_fd.h"

namespace culprit {
namespace {

Result<std::string> read_whole(const UniqueFd& file, const std::string& name, std::size_t limit) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return Error::from_errno("stat " + name, errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return Error(name + " is not a regular file");
  }
  std::string content;
  std::array<char, 16384> buffer{};
  while (content.size() < limit) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return Error::from_errno("read " + name, errno);
    }
    if (count == 0) {
      break;
    }
    content.append(buffer.data(),
                   std::min(static_cast<std::size_t>(count), limit - content.size()));
  }
  return content;
}

}  // namespace

Result<std::string> read_text_file(const std::string& path, std::size_t limit) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.valid()) {
    return Error::from_errno("open " + path, errno);
  }
  return read_whole(file, path, limit);
}

Result<std::string> read_text_file_at(int directory, const std::string& name, std::size_t limit) {
  const UniqueFd file(
      ::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW));
  if (!file.valid()) {
    return Error::from_errno("open " + name, errno);
  }
  return read_whole(file, name, limit);
}

}  // namespace culprit
