// SPDX-License-Identifier: Apache-2.0
#include "unit/runtimes/v8_heap_image.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

namespace culprit {
namespace {

constexpr std::uint64_t kUserEnd = std::uint64_t{1} << 47U;

std::vector<std::uint8_t> bytes_of(std::string_view hex) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<std::uint8_t> bytes;
  for (std::size_t place = 0; place + 1 < hex.size(); place += 2) {
    const std::size_t high = kDigits.find(hex[place]);
    const std::size_t low = kDigits.find(hex[place + 1]);
    bytes.push_back(static_cast<std::uint8_t>((high & 15U) << 4U | (low & 15U)));
  }
  return bytes;
}

void take_sizes(std::istream& words, V8BytecodeSizes& sizes) {
  std::size_t width = 0;
  std::string hex;
  words >> width >> hex;
  const auto bytes = bytes_of(hex);
  if (width < sizes.bytes.size() && bytes.size() <= sizes.bytes.front().size()) {
    std::ranges::copy(bytes, sizes.bytes.at(width).begin());
    sizes.count = static_cast<std::uint32_t>(bytes.size());
  }
}

void take_memory(std::istream& words, int memory) {
  std::uint64_t address = 0;
  std::string hex;
  words >> std::hex >> address >> hex;
  const auto bytes = bytes_of(hex);
  if (address < kUserEnd &&
      ::pwrite(memory, bytes.data(), bytes.size(), static_cast<off_t>(address)) < 0) {
    return;
  }
}

}  // namespace

V8HeapImage read_v8_heap_image(std::istream& text) {
  V8HeapImage image;
  image.memory = UniqueFd(::memfd_create("v8_heap", MFD_CLOEXEC));
  std::string line;
  while (std::getline(text, line)) {
    std::istringstream words(line);
    std::string kind;
    std::string name;
    words >> kind;
    if (kind == "version") {
      words >> image.constants.major >> image.constants.minor;
    } else if (kind == "constant") {
      words >> name;
      words >> image.constants.values[name];
    } else if (kind == "bytecodes") {
      take_sizes(words, image.sizes);
    } else if (kind == "frame") {
      V8RawFrame& frame = image.frames.emplace_back();
      words >> std::hex >> frame.address >> frame.extra >> frame.check;
    } else if (kind == "memory") {
      take_memory(words, image.memory.get());
    }
  }
  return image;
}

}  // namespace culprit
