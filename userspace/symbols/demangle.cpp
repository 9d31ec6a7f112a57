// SPDX-License-Identifier: Apache-2.0
#include "symbols/demangle.h"

#include <libiberty/demangle.h>

#include <algorithm>
#include <cstddef>

namespace culprit {
namespace {

/// Names of real programs stay below; time and stack of the demanglers grow with the input.
constexpr std::size_t kMaxMangledBytes = 2048;
constexpr std::size_t kMaxNameBytes = 4096;

// The demanglers hand over the name in pieces, so that one which unfolds without end costs time
// (which the worker's limits end) but no memory.
void append_piece(const char* piece, std::size_t length, void* target) {
  auto& text = *static_cast<std::string*>(target);
  text.append(piece, std::min(length, kMaxNameBytes - text.size()));
}

std::string_view without_version(std::string_view symbol) {
  const std::size_t at = symbol.find('@');
  return at == 0 || at == std::string_view::npos ? symbol : symbol.substr(0, at);
}

}  // namespace

std::string demangled(std::string_view symbol) {
  std::string name(without_version(symbol).substr(0, kMaxNameBytes));
  const bool mangled = name.starts_with("_Z") || name.starts_with("_R");
  if (!mangled || name.size() > kMaxMangledBytes) {
    return name;
  }
  // Legacy Rust names are valid C++ names too: Rust goes first, it accepts only its own.
  std::string text;
  if (rust_demangle_callback(name.c_str(), DMGL_NO_OPTS, append_piece, &text) != 0 &&
      !text.empty()) {
    return text;
  }
  text.clear();
  if (cplus_demangle_v3_callback(name.c_str(), DMGL_NO_OPTS, append_piece, &text) != 0 &&
      !text.empty()) {
    return text;
  }
  return name;
}

}  // namespace culprit
