// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"

namespace culprit {

inline constexpr std::size_t kMaxOffsetsPerQuery = 256;
inline constexpr std::size_t kMaxFramesPerOffset = 32;
inline constexpr std::size_t kMaxAnswerTextBytes = 512;
inline constexpr std::size_t kMaxQuestionBytes = std::size_t{64} * 1024;
/// No message is longer; both sides receive into a buffer of this size.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{192} * 1024;
/// What a file reader may make of one file.
inline constexpr std::uint64_t kMaxContentBytes = std::uint64_t{64} * 1024 * 1024;
/// Content travels in parts of this size, the last one shorter.
inline constexpr std::size_t kContentPartBytes = std::size_t{128} * 1024;

/// How much is wanted of an address; each costs more than the one before.
enum class SymbolDetail : std::uint8_t {
  Functions,  ///< from tables of symbols
  Lines,      ///< and where in the source
  Inlines     ///< and the functions that were inlined there
};

/// What the descriptor is that comes with a query.
enum class PassedFile : std::uint8_t {
  Binary,    ///< the file asked about
  DebugFile  ///< the one that may have its symbols and lines
};

/// "Which functions hold these offsets of this file?"
struct SymbolQuery {
  std::uint32_t id = 0;    ///< comes back in the answer; 0 is the worker's greeting
  std::uint32_t file = 0;  ///< names the file for as long as the asker lives
  SymbolDetail detail = SymbolDetail::Inlines;
  PassedFile passed = PassedFile::Binary;
  std::vector<std::uint64_t> file_offsets;
};

/// What the descriptor that comes with a query is.
enum class ReadSource : std::uint8_t { File, ProcessMemory };

/// "What does the reader of this number make of this file?"
struct ReadQuery {
  std::uint32_t id = 0;      ///< as in SymbolQuery
  std::uint32_t file = 0;    ///< as in SymbolQuery
  std::uint32_t reader = 0;  ///< index in SymbolWorkerSettings::readers
  ReadSource source = ReadSource::File;
  std::vector<std::byte> question{};  ///< for the reader; at most kMaxQuestionBytes
};

using WorkerQuery = std::variant<SymbolQuery, ReadQuery>;

/// One function at an offset. Raw bytes of a stranger.
struct AnsweredFrame {
  std::string function;
  std::string file;
  std::uint32_t line = 0;
  bool inlined = false;

  bool operator==(const AnsweredFrame&) const = default;
};

/// For each offset of the query the functions there, outermost first; none: no name. What does not
/// fit into a message is left out at the end: ask for the rest again.
struct SymbolAnswer {
  std::uint32_t id = 0;
  std::string error;  ///< why the file has no names, or the debug file is not its own
  std::string build_id;
  bool wants_debug_file = false;  ///< names or lines are elsewhere, if anywhere
  std::string debug_link;         ///< the name that a debug file is said to have, a plain one
  std::vector<std::vector<AnsweredFrame>> frames;
};

/// What a reader made of a file: this, then the content itself in messages of nothing but bytes.
struct ReadAnswer {
  std::uint32_t id = 0;
  std::string error;  ///< why there is no content; then `content_bytes` is 0
  std::uint64_t content_bytes = 0;
};

/// Texts longer than the limit are cut. At most kMaxOffsetsPerQuery offsets.
std::vector<std::byte> encode(const SymbolQuery& query);
std::vector<std::byte> encode(const ReadQuery& query);
std::vector<std::byte> encode(const SymbolAnswer& answer);
std::vector<std::byte> encode(const ReadAnswer& answer);

/// Error: the bytes are no such message. Every count and length is checked; nothing is trusted.
Result<WorkerQuery> decode_query(std::span<const std::byte> message);
Result<SymbolAnswer> decode_answer(std::span<const std::byte> message);
Result<ReadAnswer> decode_read_answer(std::span<const std::byte> message);

}  // namespace culprit
