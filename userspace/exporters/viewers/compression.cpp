// SPDX-License-Identifier: Apache-2.0
#include "exporters/viewers/compression.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <limits>
#include <new>

namespace culprit {
namespace {

/// zlib's "gzip" variant of the largest window, which `windowBits` asks for by adding 16.
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;
constexpr int kLevel = 6;

/// zlib's stream, which must be ended whatever happens.
class GzipStream {
 public:
  GzipStream() {
    const int result =
        ::deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY);
    if (result != Z_OK) {
      throw std::bad_alloc();  // the parameters are right, so memory is what is missing
    }
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  GzipStream(GzipStream&&) = delete;
  GzipStream& operator=(GzipStream&&) = delete;
  ~GzipStream() { ::deflateEnd(&stream_); }

  void write(std::string_view bytes, int flush, std::string& out) {
    std::array<char, std::size_t{1} << 16U> buffer{};
    // zlib reads its input only, but says so by a macro that not every build of it has.
    stream_.next_in = const_cast<Bytef*>(  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        reinterpret_cast<const Bytef*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream_.avail_out = static_cast<uInt>(buffer.size());
      [[maybe_unused]] const int result = ::deflate(&stream_, flush);
      assert(result != Z_STREAM_ERROR);
      out.append(buffer.data(), buffer.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::string gzip(std::string_view bytes) {
  constexpr std::size_t kPiece = std::numeric_limits<uInt>::max();
  GzipStream stream;
  std::string compressed;
  while (bytes.size() > kPiece) {
    stream.write(bytes.substr(0, kPiece), Z_NO_FLUSH, compressed);
    bytes.remove_prefix(kPiece);
  }
  stream.write(bytes, Z_FINISH, compressed);
  return compressed;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kGroup = 3;
  std::string text;
  text.reserve((bytes.size() + 2) / kGroup * 4);
  for (std::size_t index = 0; index < bytes.size(); index += kGroup) {
    const std::string_view group = bytes.substr(index, kGroup);
    std::uint32_t value = 0;
    for (std::size_t place = 0; place < kGroup; ++place) {
      const auto byte = place < group.size() ? static_cast<unsigned char>(group[place]) : 0U;
      value = value << 8U | byte;
    }
    for (std::size_t place = 0; place < 4; ++place) {
      text += place > group.size() ? '=' : kLetters[value >> (18 - 6 * place) & 63U];
    }
  }
  return text;
}

}  // namespace culprit
