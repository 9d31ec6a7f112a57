// SPDX-License-Identifier: Apache-2.0
// Any bytes as a symbol's name, which then is made fit to show.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/display_text.h"
#include "symbols/demangle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view symbol(reinterpret_cast<const char*>(data), size);
  const std::string name = culprit::demangled(symbol);
  if (name.size() > 4096 || culprit::displayable(name, 480).size() > 480) {
    __builtin_trap();
  }
  return 0;
}
