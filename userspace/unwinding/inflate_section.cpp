// SPDX-License-Identifier: Apache-2.0
#include "unwinding/inflate_section.h"

#include <elf.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <span>

namespace culprit {
namespace {

constexpr std::size_t kInputBytes = 32768;
/// Deflate cannot do better; a larger promise is a lie that would only cost memory.
constexpr std::uint64_t kMaxRatio = 1032;

/// zlib's state, which is released in any case.
class Inflater {
 public:
  Inflater() : ready_(inflateInit(&stream_) == Z_OK) {}
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  Inflater(Inflater&&) = delete;
  Inflater& operator=(Inflater&&) = delete;
  ~Inflater() {
    if (ready_) {
      inflateEnd(&stream_);
    }
  }

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

unsigned char* as_unsigned(std::byte* bytes) {
  return static_cast<unsigned char*>(static_cast<void*>(bytes));
}

/// Reads compressed bytes until `target` is full; false when they are not what they should be.
bool inflate_into(const ByteSource& source, std::uint64_t offset, std::uint64_t size,
                  std::span<std::byte> target) {
  Inflater inflater;
  if (!inflater.ready()) {
    return false;
  }
  z_stream& stream = inflater.stream();
  stream.next_out = as_unsigned(target.data());
  stream.avail_out = static_cast<unsigned>(target.size());
  std::vector<std::byte> input(kInputBytes);
  int outcome = Z_OK;
  while (size > 0 && outcome != Z_STREAM_END) {
    const auto part = std::span(input).first(std::min<std::uint64_t>(size, kInputBytes));
    if (!source.read(offset, part)) {
      return false;
    }
    offset += part.size();
    size -= part.size();
    stream.next_in = as_unsigned(part.data());
    stream.avail_in = static_cast<unsigned>(part.size());
    outcome = inflate(&stream, Z_NO_FLUSH);
    if (outcome != Z_OK && outcome != Z_STREAM_END) {
      return false;
    }
  }
  return outcome == Z_STREAM_END && stream.avail_out == 0;
}

}  // namespace

Result<std::vector<std::byte>> inflate_section(const ByteSource& source, const ElfSection& section,
                                               std::uint64_t max_bytes) {
  Elf64_Chdr header{};
  if (section.size < sizeof header ||
      !source.read(section.file_offset, std::as_writable_bytes(std::span(&header, 1)))) {
    return Error("a compressed section is too short");
  }
  if (header.ch_type != ELFCOMPRESS_ZLIB) {
    return Error("a section is compressed by a method that is not known");
  }
  const std::uint64_t compressed = section.size - sizeof header;
  if (header.ch_size > max_bytes || header.ch_size / kMaxRatio > compressed) {
    return Error("a compressed section is larger than what is read");
  }
  std::vector<std::byte> content(header.ch_size);
  if (!inflate_into(source, section.file_offset + sizeof header, compressed, content)) {
    return Error("a compressed section does not inflate to its size");
  }
  return content;
}

}  // namespace culprit
