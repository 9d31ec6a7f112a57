// SPDX-License-Identifier: Apache-2.0
#include "unwinding/frame_sections.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "unwinding/byte_cursor.h"
#include "unwinding/inflate_section.h"
#include "unwinding/pointer_encoding.h"

namespace culprit {
namespace {

/// Sections that only a debug file's companion holds have no content here.
bool has_content(const std::optional<ElfSection>& section) {
  return section && section->type != SHT_NOBITS && section->size != 0;
}

Result<FrameSection> checked_section(const ByteSource& source, const ElfSection& section,
                                     FrameSectionKind kind, const UnwindLimits& limits) {
  if (section.file_offset > source.size() || section.size > source.size() - section.file_offset) {
    return Error("a section of call frame information lies outside of the file");
  }
  if (section.size > limits.max_section_bytes) {
    return Error("a section of call frame information is larger than what is read");
  }
  FrameSection frames{.kind = kind,
                      .address = section.address,
                      .file_offset = section.file_offset,
                      .size = section.size};
  if ((section.flags & SHF_COMPRESSED) != 0) {
    auto content = inflate_section(source, section, limits.max_inflated_bytes);
    if (!content) {
      return std::move(content).error();
    }
    frames.inflated = *std::move(content);
    frames.size = frames.inflated.size();
  }
  return frames;
}

/// The segment whose bytes in the file are mapped at `address`.
const ElfSegment* segment_at(const ElfImage& image, std::uint64_t address) {
  const auto& segments = image.segments();
  const auto found = std::ranges::find_if(segments, [&](const ElfSegment& segment) {
    return segment.type == PT_LOAD && address >= segment.address &&
           address - segment.address < segment.file_size;
  });
  return found == segments.end() ? nullptr : &*found;
}

/// Of files whose section headers were stripped: the exception handling header, which the program
/// itself finds by its segment, says where the frames begin. Its table is of no use to us.
std::optional<FrameSection> section_of_header(const ByteSource& source, const ElfImage& image,
                                              const UnwindLimits& limits) {
  const auto header =
      std::ranges::find(image.segments(), std::uint32_t{PT_GNU_EH_FRAME}, &ElfSegment::type);
  std::array<std::byte, 12> bytes{};
  if (header == image.segments().end() || !source.read(header->file_offset, bytes)) {
    return std::nullopt;
  }
  ByteCursor cursor(bytes);
  const auto version = cursor.number<std::uint8_t>();
  const auto encoding = cursor.number<std::uint8_t>();
  cursor.take(2);
  const auto address = read_code_pointer(cursor, encoding, header->address);
  if (version != 1 || !address) {
    return std::nullopt;
  }
  const ElfSegment* const segment = segment_at(image, *address);
  if (segment == nullptr || segment->file_offset > source.size()) {
    return std::nullopt;
  }
  const std::uint64_t inside = *address - segment->address;
  const std::uint64_t in_file = source.size() - segment->file_offset;
  const std::uint64_t end = std::min(segment->file_size, in_file);
  if (inside >= end) {
    return std::nullopt;
  }
  return FrameSection{.kind = FrameSectionKind::EhFrame,
                      .address = *address,
                      .file_offset = segment->file_offset + inside,
                      .size = std::min(end - inside, limits.max_section_bytes),
                      .ends_at_terminator = true};
}

}  // namespace

Result<std::vector<FrameSection>> find_frame_sections(const ByteSource& source,
                                                      const ElfImage& image,
                                                      const UnwindLimits& limits) {
  std::vector<FrameSection> sections;
  std::optional<Error> failure;
  for (const auto& [name, kind] : {std::pair(".eh_frame", FrameSectionKind::EhFrame),
                                   std::pair(".debug_frame", FrameSectionKind::DebugFrame)}) {
    const auto section = image.section_named(name, source);
    if (!has_content(section)) {
      continue;
    }
    auto checked = checked_section(source, *section, kind, limits);
    // One section's lies do not take the other's information away.
    if (checked) {
      sections.push_back(*std::move(checked));
    } else if (!failure) {
      failure = std::move(checked).error().within(name);
    }
  }
  const bool has_exception_frames =
      !sections.empty() && sections.front().kind == FrameSectionKind::EhFrame;
  if (!has_exception_frames) {
    if (auto section = section_of_header(source, image, limits)) {
      sections.insert(sections.begin(), *std::move(section));
    }
  }
  if (sections.empty() && failure) {
    return *std::move(failure);
  }
  return sections;
}

}  // namespace culprit
