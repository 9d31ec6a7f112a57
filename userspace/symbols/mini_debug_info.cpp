// SPDX-License-Identifier: Apache-2.0
#include "symbols/mini_debug_info.h"

#include <lzma.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace culprit {
namespace {

constexpr std::uint64_t kMaxPackedBytes = std::uint64_t{4} * 1024 * 1024;
constexpr std::size_t kMaxUnpackedBytes = std::size_t{16} * 1024 * 1024;
/// Dictionaries of xz -9 take 64 MiB; those of these sections are small.
constexpr std::uint64_t kMaxDecoderBytes = std::uint64_t{24} * 1024 * 1024;

class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { ::lzma_end(&stream_); }

  lzma_stream* get() { return &stream_; }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

}  // namespace

Result<std::vector<std::byte>> unpack_xz(std::span<const std::byte> packed, std::size_t max_bytes) {
  Decoder decoder;
  lzma_stream* const stream = decoder.get();
  if (::lzma_stream_decoder(stream, kMaxDecoderBytes, 0) != LZMA_OK) {
    return Error("no memory to unpack with");
  }
  std::array<std::byte, 65536> window{};
  std::vector<std::byte> unpacked;
  stream->next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
  stream->avail_in = packed.size();
  for (;;) {
    stream->next_out = reinterpret_cast<std::uint8_t*>(window.data());
    stream->avail_out = window.size();
    const lzma_ret state = ::lzma_code(stream, LZMA_FINISH);
    const std::size_t count = window.size() - stream->avail_out;
    if (count > max_bytes - unpacked.size()) {
      return Error("packed data unfolds without end");
    }
    unpacked.insert(unpacked.end(), window.begin(),
                    window.begin() + static_cast<std::ptrdiff_t>(count));
    if (state == LZMA_STREAM_END) {
      unpacked.shrink_to_fit();
      return unpacked;
    }
    if (state != LZMA_OK) {
      return Error("packed data is broken");
    }
  }
}

Result<std::optional<MiniDebugInfo>> MiniDebugInfo::read(const ElfImage& image,
                                                         const ByteSource& source) {
  const auto section = image.section_named(".gnu_debugdata", source);
  if (!section) {
    return std::optional<MiniDebugInfo>();
  }
  if (section->size > kMaxPackedBytes) {
    return Error("more packed symbols than are read");
  }
  std::vector<std::byte> packed(section->size);
  if (!source.read(section->file_offset, packed)) {
    return Error("the packed symbols lie outside of the file");
  }
  auto unpacked = unpack_xz(packed, kMaxUnpackedBytes);
  if (!unpacked) {
    return std::move(unpacked).error();
  }
  auto kept = std::make_unique<std::vector<std::byte>>(*std::move(unpacked));
  auto symbols = ElfSymbols::read(ByteSource::of_memory(*kept));
  if (!symbols) {
    return std::move(symbols).error().within("packed symbols");
  }
  return std::optional(MiniDebugInfo(std::move(kept), *std::move(symbols)));
}

}  // namespace culprit
