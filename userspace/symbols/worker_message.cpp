// SPDX-License-Identifier: Apache-2.0
#include "symbols/worker_message.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace culprit {
namespace {

constexpr std::uint32_t kQueryMark = 0x51535943;
constexpr std::uint32_t kAnswerMark = 0x41535943;
constexpr std::uint32_t kReadQueryMark = 0x51525943;
constexpr std::uint32_t kReadAnswerMark = 0x41525943;
/// What an answer's frames may take together.
constexpr std::size_t kMaxFrameBytes = kMaxMessageBytes - std::size_t{8} * 1024;

class MessageWriter {
 public:
  template <typename Number>
  void number(Number value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }

  void bytes(std::span<const std::byte> value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
  }

  void text(std::string_view value) {
    value = value.substr(0, kMaxAnswerTextBytes);
    number(static_cast<std::uint16_t>(value.size()));
    const auto bytes = std::as_bytes(std::span(value));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// Reads what is there; after the first thing that is not, everything is absent.
class MessageReader {
 public:
  explicit MessageReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename Number>
  Number number() {
    Number value{};
    if (bytes_.size() < sizeof value) {
      fail();
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_ = bytes_.subspan(sizeof value);
    return value;
  }

  std::string text() {
    const auto length = number<std::uint16_t>();
    if (length > kMaxAnswerTextBytes || length > bytes_.size()) {
      fail();
      return {};
    }
    std::string value(length, '\0');
    std::ranges::transform(bytes_.first(length), value.begin(),
                           [](std::byte byte) { return static_cast<char>(byte); });
    bytes_ = bytes_.subspan(length);
    return value;
  }

  /// All that is left.
  std::vector<std::byte> rest() {
    std::vector<std::byte> bytes(bytes_.begin(), bytes_.end());
    bytes_ = {};
    return bytes;
  }

  [[nodiscard]] bool complete() const { return !failed_ && bytes_.empty(); }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void fail() {
    failed_ = true;
    bytes_ = {};
  }

  std::span<const std::byte> bytes_;
  bool failed_ = false;
};

std::size_t encoded_size(const std::vector<AnsweredFrame>& frames) {
  std::size_t size = 1;
  for (const AnsweredFrame& frame : frames) {
    size += 9 + std::min(frame.function.size(), kMaxAnswerTextBytes) +
            std::min(frame.file.size(), kMaxAnswerTextBytes);
  }
  return size;
}

/// How many of the offsets' frames fit into one message.
std::size_t fitting(const std::vector<std::vector<AnsweredFrame>>& frames) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < frames.size() && bytes + encoded_size(frames[count]) <= kMaxFrameBytes) {
    bytes += encoded_size(frames[count]);
    ++count;
  }
  return count;
}

void write_frames(MessageWriter& writer, std::span<const AnsweredFrame> frames) {
  writer.number(static_cast<std::uint8_t>(frames.size()));
  for (const AnsweredFrame& frame : frames) {
    writer.text(frame.function);
    writer.text(frame.file);
    writer.number(frame.line);
    writer.number(static_cast<std::uint8_t>(frame.inlined ? 1 : 0));
  }
}

std::optional<std::vector<AnsweredFrame>> read_frames(MessageReader& reader) {
  const auto count = reader.number<std::uint8_t>();
  if (count > kMaxFramesPerOffset) {
    return std::nullopt;
  }
  std::vector<AnsweredFrame> frames(count);
  for (AnsweredFrame& frame : frames) {
    frame.function = reader.text();
    frame.file = reader.text();
    frame.line = reader.number<std::uint32_t>();
    frame.inlined = reader.number<std::uint8_t>() != 0;
    if (reader.failed() || frame.function.empty()) {
      return std::nullopt;
    }
  }
  return frames;
}

Result<WorkerQuery> read_read_query(MessageReader& reader) {
  ReadQuery query;
  query.id = reader.number<std::uint32_t>();
  query.file = reader.number<std::uint32_t>();
  query.reader = reader.number<std::uint32_t>();
  const auto source = reader.number<std::uint8_t>();
  query.question = reader.rest();
  if (!reader.complete() || query.question.size() > kMaxQuestionBytes ||
      source > static_cast<std::uint8_t>(ReadSource::ProcessMemory)) {
    return Error("a query of a wrong length");
  }
  query.source = static_cast<ReadSource>(source);
  return WorkerQuery(std::move(query));
}

Result<WorkerQuery> read_symbol_query(MessageReader& reader) {
  SymbolQuery query;
  query.id = reader.number<std::uint32_t>();
  query.file = reader.number<std::uint32_t>();
  const auto detail = reader.number<std::uint8_t>();
  const auto passed = reader.number<std::uint8_t>();
  if (detail > static_cast<std::uint8_t>(SymbolDetail::Inlines) ||
      passed > static_cast<std::uint8_t>(PassedFile::DebugFile)) {
    return Error("a query of an unknown kind");
  }
  query.detail = static_cast<SymbolDetail>(detail);
  query.passed = static_cast<PassedFile>(passed);
  const auto count = reader.number<std::uint32_t>();
  if (count > kMaxOffsetsPerQuery) {
    return Error("a query with too many offsets");
  }
  for (std::uint32_t index = 0; index < count; ++index) {
    query.file_offsets.push_back(reader.number<std::uint64_t>());
  }
  if (!reader.complete()) {
    return Error("a query of a wrong length");
  }
  return WorkerQuery(std::move(query));
}

}  // namespace

std::vector<std::byte> encode(const SymbolQuery& query) {
  assert(query.file_offsets.size() <= kMaxOffsetsPerQuery);
  MessageWriter writer;
  writer.number(kQueryMark);
  writer.number(query.id);
  writer.number(query.file);
  writer.number(static_cast<std::uint8_t>(query.detail));
  writer.number(static_cast<std::uint8_t>(query.passed));
  writer.number(static_cast<std::uint32_t>(query.file_offsets.size()));
  for (const std::uint64_t offset : query.file_offsets) {
    writer.number(offset);
  }
  return writer.take();
}

std::vector<std::byte> encode(const ReadQuery& query) {
  assert(query.question.size() <= kMaxQuestionBytes);
  MessageWriter writer;
  writer.number(kReadQueryMark);
  writer.number(query.id);
  writer.number(query.file);
  writer.number(query.reader);
  writer.number(static_cast<std::uint8_t>(query.source));
  writer.bytes(query.question);
  return writer.take();
}

std::vector<std::byte> encode(const ReadAnswer& answer) {
  MessageWriter writer;
  writer.number(kReadAnswerMark);
  writer.number(answer.id);
  writer.text(answer.error);
  writer.number(answer.content_bytes);
  return writer.take();
}

std::vector<std::byte> encode(const SymbolAnswer& answer) {
  assert(answer.frames.size() <= kMaxOffsetsPerQuery);
  assert(std::ranges::all_of(
      answer.frames, [](const auto& frames) { return frames.size() <= kMaxFramesPerOffset; }));
  MessageWriter writer;
  writer.number(kAnswerMark);
  writer.number(answer.id);
  writer.text(answer.error);
  writer.text(answer.build_id);
  writer.number(static_cast<std::uint8_t>(answer.wants_debug_file ? 1 : 0));
  writer.text(answer.debug_link);
  const std::size_t count = fitting(answer.frames);
  writer.number(static_cast<std::uint32_t>(count));
  for (const auto& frames : std::span(answer.frames).first(count)) {
    write_frames(writer, frames);
  }
  return writer.take();
}

Result<WorkerQuery> decode_query(std::span<const std::byte> message) {
  MessageReader reader(message);
  switch (reader.number<std::uint32_t>()) {
    case kQueryMark:
      return read_symbol_query(reader);
    case kReadQueryMark:
      return read_read_query(reader);
    default:
      return Error("not a query of the symbol worker");
  }
}

Result<SymbolAnswer> decode_answer(std::span<const std::byte> message) {
  MessageReader reader(message);
  if (reader.number<std::uint32_t>() != kAnswerMark) {
    return Error("not an answer of the symbol worker");
  }
  SymbolAnswer answer;
  answer.id = reader.number<std::uint32_t>();
  answer.error = reader.text();
  answer.build_id = reader.text();
  answer.wants_debug_file = reader.number<std::uint8_t>() != 0;
  answer.debug_link = reader.text();
  const auto count = reader.number<std::uint32_t>();
  if (count > kMaxOffsetsPerQuery) {
    return Error("an answer with too many frames");
  }
  for (std::uint32_t index = 0; index < count; ++index) {
    auto frames = read_frames(reader);
    if (!frames) {
      return Error("an answer with broken frames");
    }
    answer.frames.push_back(*std::move(frames));
  }
  if (!reader.complete()) {
    return Error("an answer of a wrong length");
  }
  return answer;
}

Result<ReadAnswer> decode_read_answer(std::span<const std::byte> message) {
  MessageReader reader(message);
  if (reader.number<std::uint32_t>() != kReadAnswerMark) {
    return Error("not an answer of a file reader");
  }
  ReadAnswer answer;
  answer.id = reader.number<std::uint32_t>();
  answer.error = reader.text();
  answer.content_bytes = reader.number<std::uint64_t>();
  if (!reader.complete()) {
    return Error("an answer of a wrong length");
  }
  if (answer.content_bytes > kMaxContentBytes ||
      (answer.content_bytes != 0 && !answer.error.empty())) {
    return Error("an answer with impossible content");
  }
  return answer;
}

}  // namespace culprit
