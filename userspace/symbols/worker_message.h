// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace culprit {

inline constexpr std::size_t kMaxOffsetsPerQuery = 256;
inline constexpr std::size_t kMaxFramesPerOffset = 16;
inline constexpr std::size_t kMaxAnswerTextBytes = 512;
/// No message is longer; both sides receive into a buffer of this size.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{192} * 1024;

/// "Which functions hold these offsets of this file?"
struct SymbolQuery {
  std::uint32_t id = 0;    ///< comes back in the answer; 0 is the worker's greeting
  std::uint32_t file = 0;  ///< names the file for as long as the asker lives
  std::vector<std::uint64_t> file_offsets;
};

/// One function at an offset. Raw bytes of a stranger.
struct AnsweredFrame {
  std::string function;
  std::string file;
  std::uint32_t line = 0;
  bool inlined = false;

  bool operator==(const AnsweredFrame&) const = default;
};

/// For each offset of the query the functions there, outermost first; none: no name.
struct SymbolAnswer {
  std::uint32_t id = 0;
  std::string error;  ///< why the file has no names; then `frames` is empty
  std::string build_id;
  std::vector<std::vector<AnsweredFrame>> frames;
};

/// Texts longer than the limit are cut. At most kMaxOffsetsPerQuery offsets.
std::vector<std::byte> encode(const SymbolQuery& query);
std::vector<std::byte> encode(const SymbolAnswer& answer);

/// Error: the bytes are no such message. Every count and length is checked; nothing is trusted.
Result<SymbolQuery> decode_query(std::span<const std::byte> message);
Result<SymbolAnswer> decode_answer(std::span<const std::byte> message);

}  // namespace culprit
