// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_code.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace culprit {
namespace {

/// Instructions begin at multiples of it (kCodeAlignment is 32 or 64).
constexpr std::uint64_t kAlignment = 32;
constexpr std::uint64_t kWindow = 4096;
/// Code of one function is not longer; what lies further back is not looked at.
constexpr std::uint64_t kMaxCodeBytes = std::uint64_t{1} << 20U;

}  // namespace

std::optional<V8Code> V8CodeFinder::find(std::uint64_t address) {
  for (const V8Code& code : found_) {
    if (address >= code.start && address - code.start < code.size) {
      return code;
    }
  }
  const V8Layout& layout = heap_.layout();
  const auto header = static_cast<std::uint64_t>(layout.code_header);
  const std::uint64_t last = address & ~(kAlignment - 1);
  const std::uint64_t first = last > kMaxCodeBytes ? last - kMaxCodeBytes : 0;
  std::array<std::byte, kWindow + 2 * sizeof(std::uint64_t)> window{};
  for (std::uint64_t end = last + kAlignment; end > first + kWindow; end -= kWindow) {
    // The headers of the places where instructions may begin in [end - kWindow, end).
    const std::uint64_t begin = end - kWindow - header;
    if (!heap_.read(begin, window) && !heap_.read(begin, std::span(window).first(kWindow))) {
      return std::nullopt;
    }
    for (std::uint64_t start = end; start > end - kWindow;) {
      start -= kAlignment;
      std::array<std::uint64_t, 2> words{};
      std::memcpy(words.data(), window.data() + (start - header - begin), sizeof(words));
      const auto code = code_at(start, words[0], words[1]);
      if (!code) {
        continue;
      }
      if (address - code->start >= code->size) {
        return std::nullopt;
      }
      found_.push_back(*code);
      return code;
    }
  }
  return std::nullopt;
}

std::optional<V8Code> V8CodeFinder::code_at(std::uint64_t start, std::uint64_t map,
                                            std::uint64_t pointer) {
  const V8Layout& layout = heap_.layout();
  if (!V8Heap::is_object(map) || !V8Heap::is_object(pointer)) {
    return std::nullopt;
  }
  const V8Heap::Tagged object = layout.code_pointer != 0
                                    ? pointer
                                    : start - static_cast<std::uint64_t>(layout.code_header) + 1;
  if (!heap_.is(object, layout.type_code)) {
    return std::nullopt;
  }
  if (layout.code_pointer != 0 && heap_.word(object, layout.code_start) != start) {
    return std::nullopt;
  }
  const auto size = heap_.half(object, layout.code_size);
  const auto flags = heap_.half(object, layout.code_flags);
  if (!size || !flags || *size > kMaxCodeBytes) {
    return std::nullopt;
  }
  return V8Code{.object = object,
                .start = start,
                .size = *size,
                .kind = static_cast<std::int32_t>(
                            *flags & static_cast<std::uint32_t>(layout.code_kind_mask)) >>
                        layout.code_kind_shift};
}

}  // namespace culprit
