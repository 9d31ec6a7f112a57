// SPDX-License-Identifier: Apache-2.0
#include "unwinding/frame_record.h"

#include <optional>

#include "unwinding/byte_cursor.h"

namespace culprit {
namespace {

constexpr std::uint32_t kLongLength = 0xffffffff;
constexpr std::uint64_t kShortHeader = 4;
constexpr std::uint64_t kLongHeader = 12;

struct Header {
  std::uint64_t bytes = 0;   ///< that the length itself takes
  std::uint64_t length = 0;  ///< of what follows it
};

std::optional<Header> read_header(ByteWindow& section, std::uint64_t offset) {
  const auto head = section.bytes(offset, kShortHeader);
  if (!head) {
    return std::nullopt;
  }
  const auto length = ByteCursor(*head).number<std::uint32_t>();
  if (length != kLongLength) {
    return Header{.bytes = kShortHeader, .length = length};
  }
  const auto rest = section.bytes(offset + kShortHeader, kLongHeader - kShortHeader);
  if (!rest) {
    return std::nullopt;
  }
  return Header{.bytes = kLongHeader, .length = ByteCursor(*rest).number<std::uint64_t>()};
}

/// Sets kind and, for functions, whom they refer to. `id_offset` is where the id lies.
void identify(FrameRecord& record, std::uint64_t id, std::uint64_t id_offset, FrameSectionKind kind,
              bool wide_id) {
  if (kind == FrameSectionKind::EhFrame) {
    // A distance back from here, never forward.
    record.kind = id == 0           ? FrameRecord::Kind::Common
                  : id <= id_offset ? FrameRecord::Kind::Function
                                    : FrameRecord::Kind::Malformed;
    record.common_offset = id_offset - id;
    return;
  }
  const std::uint64_t common_id = wide_id ? UINT64_MAX : UINT32_MAX;
  record.kind = id == common_id ? FrameRecord::Kind::Common : FrameRecord::Kind::Function;
  record.common_offset = id;
}

}  // namespace

FrameRecord read_frame_record(ByteWindow& section, std::uint64_t offset, FrameSectionKind kind) {
  const auto header = read_header(section, offset);
  if (!header || header->length > section.size() - offset - header->bytes) {
    return {};
  }
  const std::uint64_t id_offset = offset + header->bytes;
  FrameRecord record{.next = id_offset + header->length};
  if (header->length == 0) {
    record.kind = FrameRecord::Kind::Terminator;
    return record;
  }
  const auto content = section.bytes(id_offset, header->length);
  if (!content) {
    record.kind = FrameRecord::Kind::Malformed;
    return record;
  }
  ByteCursor cursor(*content);
  // Exception handling tables keep ids of four bytes whatever the length has.
  const bool wide_id = kind == FrameSectionKind::DebugFrame && header->bytes == kLongHeader;
  const std::uint64_t id =
      wide_id ? cursor.number<std::uint64_t>() : cursor.number<std::uint32_t>();
  identify(record, id, id_offset, kind, wide_id);
  if (cursor.failed()) {
    record.kind = FrameRecord::Kind::Malformed;
  }
  record.body_offset = id_offset + cursor.position();
  record.body = cursor.take(cursor.left());
  return record;
}

}  // namespace culprit
