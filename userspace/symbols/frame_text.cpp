// SPDX-License-Identifier: Apache-2.0
#include "symbols/frame_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/display_text.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxModuleBytes = 96;

std::string hexadecimal(std::uint64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(number));
  return text.data();
}

}  // namespace

std::string shown(std::string_view text, std::size_t max_bytes) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  return plain && text.size() <= max_bytes ? std::string(text) : displayable(text, max_bytes);
}

std::string module_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.empty() ? "[file]" : shown(name, kMaxModuleBytes);
}

std::string place_text(std::string_view module, std::uint64_t offset) {
  // "[vdso]" is a module, "[vdso+0x10]" a place in it.
  if (module.size() > 2 && module.front() == '[' && module.back() == ']') {
    module = module.substr(1, module.size() - 2);
  }
  return "[" + std::string(module) + "+" + hexadecimal(offset) + "]";
}

std::string address_text(std::uint64_t address) {
  return "[" + hexadecimal(address) + "]";
}

std::string unread_frame_text(FrameKind kind) {
  switch (kind) {
    case FrameKind::Python:
      return "[python frame]";
    case FrameKind::JavaScript:
      return "[javascript frame]";
    case FrameKind::Java:
      return "[java frame]";
    case FrameKind::Go:
      return "[go frame]";
    case FrameKind::Jit:
    case FrameKind::Kernel:
    case FrameKind::Native:
    case FrameKind::Inlined:
      break;
  }
  return "[unread frame]";
}

}  // namespace culprit
