// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_heap.h"

#include <algorithm>

namespace culprit {
namespace {

constexpr std::uint64_t kUserEnd = std::uint64_t{1} << 47U;
/// V8's objects/instance-type.h: how a string is kept, in the lowest bits of its type.
constexpr std::int32_t kKeptMask = 7;
constexpr std::int32_t kInSequence = 0;
constexpr std::int32_t kConcatenated = 1;
constexpr std::int32_t kExternal = 2;
constexpr std::int32_t kSliced = 3;
constexpr std::int32_t kThin = 5;
constexpr std::int32_t kOneByte = 8;

constexpr std::int64_t kMapType = 12;
constexpr std::int64_t kStringLength = 12;
constexpr std::int64_t kStringContent = 16;
constexpr std::int64_t kStringSecond = 24;
constexpr std::int64_t kArrayLength = 8;
constexpr std::int64_t kArrayContent = 16;

constexpr int kMaxStringDepth = 16;
constexpr std::size_t kMaxTypes = 65536;

void append_utf8(std::string& text, std::uint32_t point) {
  if (point < 0x80) {
    text.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    text.push_back(static_cast<char>(0xC0U | point >> 6U));
    text.push_back(static_cast<char>(0x80U | (point & 0x3FU)));
  } else if (point < 0x10000) {
    text.push_back(static_cast<char>(0xE0U | point >> 12U));
    text.push_back(static_cast<char>(0x80U | (point >> 6U & 0x3FU)));
    text.push_back(static_cast<char>(0x80U | (point & 0x3FU)));
  } else {
    text.push_back(static_cast<char>(0xF0U | point >> 18U));
    text.push_back(static_cast<char>(0x80U | (point >> 12U & 0x3FU)));
    text.push_back(static_cast<char>(0x80U | (point >> 6U & 0x3FU)));
    text.push_back(static_cast<char>(0x80U | (point & 0x3FU)));
  }
}

void append_utf16(std::string& text, std::span<const std::uint16_t> units) {
  for (std::size_t index = 0; index < units.size(); ++index) {
    std::uint32_t point = units[index];
    if (point >= 0xD800 && point < 0xDC00 && index + 1 < units.size() &&
        units[index + 1] >= 0xDC00 && units[index + 1] < 0xE000) {
      point = 0x10000 + ((point - 0xD800) << 10U) + (units[++index] - 0xDC00U);
    } else if (point >= 0xD800 && point < 0xE000) {
      point = 0xFFFD;  // half a pair
    }
    append_utf8(text, point);
  }
}

}  // namespace

bool V8Heap::is_object(Tagged word) {
  return (word & 3U) == 1 && word < kUserEnd && word > 4096;
}

std::optional<std::int32_t> V8Heap::small_integer(Tagged word) {
  if ((word & 0xFFFFFFFFU) != 0) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(word >> 32U);
}

std::optional<std::uint64_t> V8Heap::word(Tagged object, std::int64_t offset) const {
  std::uint64_t value = 0;
  if (!is_object(object) || !memory_.read(object - 1 + static_cast<std::uint64_t>(offset),
                                          std::as_writable_bytes(std::span(&value, 1)))) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint32_t> V8Heap::half(Tagged object, std::int64_t offset) const {
  std::uint32_t value = 0;
  if (!is_object(object) || !memory_.read(object - 1 + static_cast<std::uint64_t>(offset),
                                          std::as_writable_bytes(std::span(&value, 1)))) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::int32_t> V8Heap::type(Tagged object) {
  const auto map = word(object, 0);
  if (!map || !is_object(*map)) {
    return std::nullopt;
  }
  if (const auto known = types_.find(*map); known != types_.end()) {
    return known->second;
  }
  const auto value = half(*map, kMapType);
  if (!value) {
    return std::nullopt;
  }
  const auto type = static_cast<std::int32_t>(*value & 0xFFFFU);
  if (types_.size() < kMaxTypes) {
    types_.emplace(*map, type);
  }
  return type;
}

bool V8Heap::is(Tagged object, std::int32_t type) {
  return this->type(object) == type;
}

bool V8Heap::is_string(Tagged object) {
  const auto type = this->type(object);
  return type && *type < layout_.first_nonstring;
}

std::optional<V8Heap::Characters> V8Heap::characters(Tagged string) {
  std::uint32_t offset = 0;
  std::optional<std::uint32_t> count;
  for (int depth = 0; depth < kMaxStringDepth; ++depth) {
    const auto type = this->type(string);
    const auto length = half(string, kStringLength);
    if (!type || *type >= layout_.first_nonstring || !length || *length > (1U << 30U)) {
      return std::nullopt;
    }
    count = count ? count : length;
    const std::int32_t kept = *type & kKeptMask;
    const bool one_byte = (*type & kOneByte) != 0;
    if (kept == kInSequence || kept == kExternal) {
      const auto external = kept == kExternal ? word(string, kStringSecond)
                                              : std::optional(string - 1 + kStringContent);
      if (!external || offset + std::uint64_t{*count} > *length || *external >= kUserEnd) {
        return std::nullopt;
      }
      return Characters{.address = *external + (one_byte ? offset : 2 * std::uint64_t{offset}),
                        .count = *count,
                        .one_byte = one_byte};
    }
    const auto next = word(string, kStringContent);
    const auto second =
        kept == kThin ? std::optional<std::uint64_t>(0) : word(string, kStringSecond);
    if (!next || !second) {
      return std::nullopt;
    }
    if (kept == kSliced) {
      const auto from = small_integer(*second);
      if (!from || *from < 0) {
        return std::nullopt;
      }
      offset += static_cast<std::uint32_t>(*from);
    } else if (kept == kConcatenated) {
      // Flattened: all of it in the first part, the second is empty.
      if (half(*next, kStringLength) != length) {
        return std::nullopt;
      }
    } else if (kept != kThin) {
      return std::nullopt;
    }
    string = *next;
  }
  return std::nullopt;
}

void V8Heap::append_string(Tagged object, std::size_t max_bytes, int depth, std::string& text) {
  if (text.size() >= max_bytes || depth > kMaxStringDepth) {
    return;
  }
  if (const auto flat = characters(object)) {
    const std::size_t count = std::min<std::size_t>(flat->count, max_bytes - text.size());
    std::vector<std::uint16_t> units(count);
    if (flat->one_byte) {
      std::vector<std::uint8_t> narrow(count);
      if (!memory_.read(flat->address, std::as_writable_bytes(std::span(narrow)))) {
        return;
      }
      std::ranges::copy(narrow, units.begin());
    } else if (!memory_.read(flat->address, std::as_writable_bytes(std::span(units)))) {
      return;
    }
    append_utf16(text, units);
    return;
  }
  const auto type = this->type(object);
  const auto first = word(object, kStringContent);
  const auto second = word(object, kStringSecond);
  if (type && *type < layout_.first_nonstring && (*type & kKeptMask) == kConcatenated && first &&
      second) {
    append_string(*first, max_bytes, depth + 1, text);
    append_string(*second, max_bytes, depth + 1, text);
  }
}

std::optional<std::string> V8Heap::string(Tagged object, std::size_t max_bytes) {
  if (!is_string(object)) {
    return std::nullopt;
  }
  std::string text;
  append_string(object, max_bytes, 0, text);
  return text;
}

std::optional<std::int32_t> V8Heap::length(Tagged array) const {
  const auto value = word(array, kArrayLength);
  const auto length = value ? small_integer(*value) : std::nullopt;
  return length && *length >= 0 ? length : std::nullopt;
}

std::optional<V8Heap::Tagged> V8Heap::element(Tagged array, std::int32_t index) const {
  const auto count = length(array);
  if (!count || index < 0 || index >= *count) {
    return std::nullopt;
  }
  return word(array, kArrayContent + std::int64_t{index} * 8);
}

std::optional<std::vector<std::uint8_t>> V8Heap::bytes(Tagged array, std::size_t max_bytes) {
  const auto count = length(array);
  if (!count || static_cast<std::size_t>(*count) > max_bytes) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> content(static_cast<std::size_t>(*count));
  if (!memory_.read(array - 1 + kArrayContent, std::as_writable_bytes(std::span(content)))) {
    return std::nullopt;
  }
  return content;
}

}  // namespace culprit
