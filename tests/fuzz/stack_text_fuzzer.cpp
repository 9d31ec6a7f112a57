// SPDX-License-Identifier: Apache-2.0
// Any text as folded stacks or as what perf script prints.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "capture/stack_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  culprit::StackText text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text.add_line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  text.finish();
  if (text.calls().total() > 0 && text.stacks() == 0) {
    __builtin_trap();
  }
  return 0;
}
