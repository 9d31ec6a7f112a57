// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "symbols/byte_source.h"

namespace culprit::python {

/// A value at a place in a file or in memory; nothing when it cannot be read.
template <typename Value>
std::optional<Value> value_at(const ByteSource& source, std::uint64_t place) {
  static_assert(std::is_trivially_copyable_v<Value>);
  Value value{};
  if (!source.read(place, std::as_writable_bytes(std::span(&value, 1)))) {
    return std::nullopt;
  }
  return value;
}

/// The value that begins at `place` of the bytes; nothing when they end before.
template <typename Value>
std::optional<Value> value_in(std::span<const std::byte> bytes, std::size_t place) {
  static_assert(std::is_trivially_copyable_v<Value>);
  if (place > bytes.size() || bytes.size() - place < sizeof(Value)) {
    return std::nullopt;
  }
  Value value{};
  std::memcpy(&value, bytes.data() + place, sizeof(Value));
  return value;
}

template <typename Value>
void append(std::vector<std::byte>& bytes, const Value& value) {
  static_assert(std::is_trivially_copyable_v<Value>);
  const auto more = std::as_bytes(std::span(&value, 1));
  bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace culprit::python
