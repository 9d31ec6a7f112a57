// SPDX-License-Identifier: Apache-2.0
#include "freezing_kernels.h"

#include <array>
#include <charconv>
#include <optional>

namespace culprit {
namespace {

struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;
};

/// "6.1.0-18-amd64" is 6.1.0; nothing without at least two numbers.
std::optional<Version> parse(std::string_view release) {
  std::array<unsigned, 3> numbers{};
  const char* position = release.data();
  const char* end = release.data() + release.size();
  std::size_t count = 0;
  for (unsigned& number : numbers) {
    const auto parsed = std::from_chars(position, end, number);
    count += parsed.ec == std::errc{} ? 1 : 0;
    if (parsed.ec != std::errc{} || parsed.ptr == end || *parsed.ptr != '.') {
      break;
    }
    position = parsed.ptr + 1;
  }
  if (count < 2) {
    return std::nullopt;
  }
  return Version{.major = numbers[0], .minor = numbers[1], .patch = numbers[2]};
}

/// Debian numbers its ABI in the release ("6.1.0-18") and the stable version in the package only:
/// 6.1.0-10 was built from 6.1.37.
bool is_debian_abi(std::string_view release) {
  return release.find("6.1.0-") == 0 && release.find("-amd64") != std::string_view::npos;
}

unsigned abi_number(std::string_view release) {
  unsigned number = 0;
  const std::string_view rest = release.substr(std::string_view("6.1.0-").size());
  std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return number;
}

}  // namespace

bool freezes_on_user_reads(std::string_view release) {
  constexpr unsigned kFirstMendedDebianAbi = 10;
  constexpr unsigned kFirstMended61 = 36;
  constexpr unsigned kFirstMended63 = 10;
  if (is_debian_abi(release)) {
    return abi_number(release) < kFirstMendedDebianAbi;
  }
  const std::optional<Version> version = parse(release);
  if (!version || version->major < 5 || version->major > 6) {
    return false;
  }
  if (version->major == 5) {
    return version->minor == 19;
  }
  switch (version->minor) {
    case 0:
    case 2:
      return true;
    case 1:
      return version->patch < kFirstMended61;
    case 3:
      return version->patch < kFirstMended63;
    default:
      return false;
  }
}

}  // namespace culprit
