// SPDX-License-Identifier: Apache-2.0
#include "symbols/byte_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace culprit {

ByteSource ByteSource::of_descriptor(int descriptor) {
  // Not fstat: the worker's sandbox has no call that takes a path.
  const off_t end = ::lseek(descriptor, 0, SEEK_END);
  return {descriptor, {}, end < 0 ? 0 : static_cast<std::uint64_t>(end)};
}

ByteSource ByteSource::of_process(int descriptor) {
  return {descriptor, {}, std::numeric_limits<std::int64_t>::max()};
}

ByteSource ByteSource::of_memory(std::span<const std::byte> memory) {
  return {-1, memory, memory.size()};
}

bool ByteSource::read(std::uint64_t offset, std::span<std::byte> target) const {
  if (offset > size_ || target.size() > size_ - offset) {
    return false;
  }
  if (descriptor_ < 0) {
    std::ranges::copy(memory_.subspan(offset, target.size()), target.begin());
    return true;
  }
  while (!target.empty()) {
    const ssize_t count =
        ::pread(descriptor_, target.data(), target.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    target = target.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

}  // namespace culprit
