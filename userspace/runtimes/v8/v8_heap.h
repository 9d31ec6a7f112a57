// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtimes/v8/v8_layout.h"
#include "symbols/byte_source.h"

namespace culprit {

/// Reads objects of V8's heap, in which nothing is trusted: what is not what it should be is
/// absent. `Tagged` words are pointers with their lowest bit set, or small integers.
class V8Heap {
 public:
  using Tagged = std::uint64_t;

  V8Heap(const ByteSource& memory, const V8Layout& layout) : memory_(memory), layout_(layout) {}

  [[nodiscard]] const V8Layout& layout() const { return layout_; }
  [[nodiscard]] bool read(std::uint64_t address, std::span<std::byte> target) const {
    return memory_.read(address, target);
  }

  static bool is_object(Tagged word);
  static std::optional<std::int32_t> small_integer(Tagged word);

  [[nodiscard]] std::optional<std::uint64_t> word(Tagged object, std::int64_t offset) const;
  [[nodiscard]] std::optional<std::uint32_t> half(Tagged object, std::int64_t offset) const;
  /// What the object's map says it is.
  [[nodiscard]] std::optional<std::int32_t> type(Tagged object);
  [[nodiscard]] bool is(Tagged object, std::int32_t type);
  [[nodiscard]] bool is_string(Tagged object);

  /// Raw bytes, Latin-1 and UTF-16 made UTF-8, cut at that length.
  [[nodiscard]] std::optional<std::string> string(Tagged object, std::size_t max_bytes);
  /// The content of an array of bytes; absent when longer than `max_bytes`.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> bytes(Tagged array, std::size_t max_bytes);
  /// Of an array of words.
  [[nodiscard]] std::optional<std::int32_t> length(Tagged array) const;
  [[nodiscard]] std::optional<Tagged> element(Tagged array, std::int32_t index) const;

  /// Characters of a string that lies in one piece.
  struct Characters {
    std::uint64_t address = 0;
    std::uint32_t count = 0;
    bool one_byte = true;
  };
  [[nodiscard]] std::optional<Characters> characters(Tagged string);

 private:
  void append_string(Tagged object, std::size_t max_bytes, int depth, std::string& text);

  const ByteSource& memory_;
  const V8Layout& layout_;
  std::unordered_map<Tagged, std::int32_t> types_;  ///< by map
};

}  // namespace culprit
