// SPDX-License-Identifier: Apache-2.0
#include "runtimes/jit/perf_map.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace culprit {
namespace {

constexpr std::size_t kWindowBytes = std::size_t{256} * 1024;
/// A name longer than that is cut, whatever it is.
constexpr std::size_t kMaxLineBytes = std::size_t{16} * 1024;
/// A process that has written more is not read to the end: an hour of a busy one is 50 MB.
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{256} * 1024 * 1024;

std::optional<std::uint64_t> take_hexadecimal(std::string_view& line) {
  if (line.starts_with("0x")) {
    line.remove_prefix(2);
  }
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(line.data(), line.data() + line.size(), number, 16);
  if (failure != std::errc{} || rest == line.data() + line.size() || *rest != ' ') {
    return std::nullopt;
  }
  line.remove_prefix(static_cast<std::size_t>(rest - line.data()) + 1);
  return number;
}

void take_line(std::string_view line, WantedCode& wanted) {
  const auto start = take_hexadecimal(line);
  const auto size = start ? take_hexadecimal(line) : std::nullopt;
  if (size && !line.empty()) {
    wanted.tell(*start, *size, line);
  }
}

}  // namespace

Status read_perf_map(const ByteSource& file, WantedCode& wanted) {
  const std::uint64_t end = std::min(file.size(), kMaxFileBytes);
  std::string text;
  std::vector<std::byte> window;
  for (std::uint64_t offset = 0; offset < end; offset += window.size()) {
    window.resize(std::min<std::uint64_t>(kWindowBytes, end - offset));
    if (!file.read(offset, window)) {
      return Error("the perf map was cut while it was read");
    }
    std::ranges::transform(window, std::back_inserter(text),
                           [](std::byte byte) { return static_cast<char>(byte); });
    std::string_view rest = text;
    for (auto newline = rest.find('\n'); newline != std::string_view::npos;
         newline = rest.find('\n')) {
      take_line(rest.substr(0, newline), wanted);
      rest.remove_prefix(newline + 1);
    }
    text = std::string(rest.substr(0, kMaxLineBytes));
  }
  return Success{};
}

}  // namespace culprit
