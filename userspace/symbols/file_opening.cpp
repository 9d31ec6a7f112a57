// SPDX-License-Identifier: Apache-2.0
#include "symbols/file_opening.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace culprit {
namespace {

/// `place` holds the file without having opened it (O_PATH); what is opened now is that very file.
Result<UniqueFd> open_place(const UniqueFd& place) {
  struct stat status {};
  if (::fstat(place.get(), &status) != 0) {
    return Error::from_errno("look at a mapped file", errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return Error("what is mapped is not a regular file");
  }
  const std::string self = "/proc/self/fd/" + std::to_string(place.get());
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  // Reading must leave no trace in a container's file system, where we have the right to that.
  UniqueFd file(::open(self.c_str(), kFlags | O_NOATIME));
  if (!file.valid() && errno == EPERM) {
    file.reset(::open(self.c_str(), kFlags));
  }
  if (!file.valid()) {
    return Error::from_errno("open a mapped file", errno);
  }
  return file;
}

}  // namespace

Result<UniqueFd> open_regular_behind(int directory, const std::string& link) {
  const UniqueFd place(::openat(directory, link.c_str(), O_PATH | O_CLOEXEC));
  if (!place.valid()) {
    return Error::from_errno("follow " + link, errno);
  }
  return open_place(place);
}

Result<UniqueFd> open_regular_in_root(int root, const std::string& path, MountsBelow mounts) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  if (mounts == MountsBelow::Refuse) {
    how.resolve |= RESOLVE_NO_XDEV;
  }
  const UniqueFd place(
      static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
  if (!place.valid()) {
    return Error::from_errno("find a mapped file", errno);
  }
  return open_place(place);
}

}  // namespace culprit
