// SPDX-License-Identifier: Apache-2.0
#include "unwinding/byte_window.h"

#include <algorithm>

namespace culprit {

std::optional<std::span<const std::byte>> ByteWindow::bytes(std::uint64_t offset,
                                                            std::uint64_t length) {
  if (unreadable_ || offset > size_ || length > size_ - offset || length > window_bytes_) {
    return std::nullopt;
  }
  const bool inside = offset >= window_start_ && offset - window_start_ <= window_.size() &&
                      length <= window_.size() - (offset - window_start_);
  if (!inside) {
    window_.resize(std::min<std::uint64_t>(window_bytes_, size_ - offset));
    window_start_ = offset;
    if (!source_.read(offset_ + offset, window_)) {
      unreadable_ = true;
      return std::nullopt;
    }
  }
  return std::span<const std::byte>(window_).subspan(offset - window_start_, length);
}

}  // namespace culprit
