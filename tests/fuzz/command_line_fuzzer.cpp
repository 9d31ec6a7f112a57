// SPDX-License-Identifier: Apache-2.0
// Any bytes as /proc/PID/cmdline: what is shown is short, and a password that follows a telling
// option is not in it, whatever stands before.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/display_text.h"
#include "containers/redaction.h"

namespace {

constexpr std::size_t kMostBytes = 512;
constexpr std::string_view kPassword = "Zq7TellNobody";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)culprit::is_secret_name(text);
  const std::string shown = culprit::redacted_command_line(text, kMostBytes);
  if (shown.size() > kMostBytes || shown != culprit::displayable(shown, kMostBytes)) {
    __builtin_trap();
  }
  std::string with_password(text);
  with_password.append(1, '\0').append("--password=").append(kPassword);
  if (culprit::redacted_command_line(with_password, kMostBytes).find(kPassword) !=
      std::string::npos) {
    __builtin_trap();
  }
  return 0;
}
