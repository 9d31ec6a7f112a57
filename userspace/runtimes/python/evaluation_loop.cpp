// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/evaluation_loop.h"

#include <algorithm>
#include <map>
#include <optional>

#include "runtimes/python/bytes.h"

namespace culprit {
namespace {

using python::value_at;
using python::value_in;

constexpr std::uint64_t kMostLoopBytes = 1U << 20U;
constexpr std::uint64_t kMostHeaderBytes = 16U << 20U;
/// Bytes that look like a jump and are none hit one function so often hardly ever.
constexpr std::uint64_t kLeastJumps = 4;

std::optional<std::uint64_t> offset_of(const ElfImage& image, std::uint64_t address) {
  constexpr std::uint32_t kLoad = 1;
  for (const ElfSegment& segment : image.segments()) {
    if (segment.type == kLoad && address >= segment.address &&
        address - segment.address < segment.file_size) {
      return segment.file_offset + (address - segment.address);
    }
  }
  return std::nullopt;
}

/// The search table of .eh_frame_hdr (Linux Standard Base, "Exception Frames"): only the encodings
/// that linkers write.
class FunctionRanges {
 public:
  static std::optional<FunctionRanges> read(const ByteSource& file, const ElfImage& image) {
    const auto section = image.section_named(".eh_frame_hdr", file);
    if (!section || section->size < kTable || section->size > kMostHeaderBytes) {
      return std::nullopt;
    }
    FunctionRanges ranges(file, image, section->address);
    ranges.bytes_.resize(section->size);
    if (!file.read(section->file_offset, ranges.bytes_)) {
      return std::nullopt;
    }
    const auto head = value_in<std::uint32_t>(ranges.bytes_, 0);
    constexpr std::uint32_t kUsual = 0x3b031b01;
    const auto count = value_in<std::uint32_t>(ranges.bytes_, 8);
    if (head != kUsual || !count || *count > (section->size - kTable) / kEntry) {
      return std::nullopt;
    }
    ranges.count_ = *count;
    return ranges;
  }

  [[nodiscard]] std::optional<culprit_python_range> around(std::uint64_t address) const {
    std::size_t low = 0;
    std::size_t high = count_;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (word(middle, 0) <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0) {
      return std::nullopt;
    }
    const std::uint64_t start = word(low - 1, 0);
    const auto offset = offset_of(*image_, word(low - 1, 4));
    constexpr std::uint64_t kRange = 12;  // behind length, CIE and beginning, 4 bytes each
    const auto size =
        offset ? value_at<std::uint32_t>(file_, *offset + kRange) : std::optional<std::uint32_t>();
    if (!size || address - start >= *size) {
      return std::nullopt;
    }
    return culprit_python_range{.start = start, .end = start + *size};
  }

 private:
  static constexpr std::size_t kTable = 12;
  static constexpr std::size_t kEntry = 8;

  FunctionRanges(const ByteSource& file, const ElfImage& image, std::uint64_t address)
      : file_(file), image_(&image), address_(address) {}

  [[nodiscard]] std::uint64_t word(std::size_t entry, std::size_t part) const {
    const auto value = value_in<std::int32_t>(bytes_, kTable + entry * kEntry + part);
    return address_ + static_cast<std::uint64_t>(std::int64_t{value.value_or(0)});
  }

  ByteSource file_;
  const ElfImage* image_;
  std::uint64_t address_;
  std::vector<std::byte> bytes_;
  std::size_t count_ = 0;
};

}  // namespace

PythonLoops find_evaluation_loop(const ByteSource& file, const ElfImage& image,
                                 culprit_python_range hot) {
  PythonLoops loops{hot};
  const auto offset = offset_of(image, hot.start);
  const auto ranges = FunctionRanges::read(file, image);
  std::vector<std::byte> code(std::min<std::uint64_t>(hot.end - hot.start, kMostLoopBytes));
  if (!offset || !ranges || !file.read(*offset, code)) {
    return loops;
  }
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> jumps;  // by start: end, count
  constexpr std::size_t kJump = 6;  // 0f 8x and a distance of four bytes
  for (std::size_t place = 0; place + kJump <= code.size(); ++place) {
    if (code[place] != std::byte{0x0f} || (code[place + 1] & std::byte{0xf0}) != std::byte{0x80}) {
      continue;
    }
    const auto distance = value_in<std::int32_t>(code, place + 2);
    const std::uint64_t target =
        hot.start + place + kJump + static_cast<std::uint64_t>(std::int64_t{distance.value_or(0)});
    if ((target >= hot.start && target < hot.end) || !image.code_end(target)) {
      continue;
    }
    const auto range = ranges->around(target);
    if (range && target > range->start) {
      auto& [end, count] = jumps[range->start];
      end = range->end;
      ++count;
    }
  }
  std::vector<std::pair<std::uint64_t, culprit_python_range>> found;
  for (const auto& [start, part] : jumps) {
    if (part.second >= kLeastJumps) {
      found.push_back({part.second, {.start = start, .end = part.first}});
    }
  }
  std::ranges::sort(found, std::ranges::greater(), [](const auto& entry) { return entry.first; });
  for (std::size_t index = 0; index < found.size() && index + 1 < loops.size(); ++index) {
    loops.at(index + 1) = found[index].second;
  }
  return loops;
}

}  // namespace culprit
