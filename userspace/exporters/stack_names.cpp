// SPDX-License-Identifier: Apache-2.0
#include "exporters/stack_names.h"

#include <algorithm>

#include "base/display_text.h"

namespace culprit {
namespace {

constexpr std::size_t kMostBytes = 512;

/// Tools read "_[k]" and its kin at a name's end as the frame's kind.
bool ends_like_a_kind(std::string_view name) {
  constexpr std::size_t kSuffix = 4;
  return name.size() >= kSuffix && name.substr(name.size() - kSuffix, 2) == "_[" &&
         name.back() == ']';
}

}  // namespace

std::string folded_name(std::string_view name) {
  std::string text = displayable(name, kMostBytes);
  std::replace(text.begin(), text.end(), ';', ':');
  if (ends_like_a_kind(text)) {
    text[text.size() - 3] = '(';
    text.back() = ')';
  }
  const std::size_t first = text.find_first_not_of(' ');
  const std::size_t last = text.find_last_not_of(' ');
  return first == std::string::npos ? "[unknown]" : text.substr(first, last - first + 1);
}

std::string folded_frame(const ResolvedFrame& frame) {
  std::string name = folded_name(frame.function);
  return frame.kind == FrameKind::Kernel ? name + "_[k]" : name;
}

std::string file_name_part(std::string_view name) {
  constexpr std::size_t kMostLetters = 64;
  constexpr std::string_view kSafe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  std::string part(name.substr(0, kMostLetters));
  for (char& letter : part) {
    letter = kSafe.find(letter) == std::string_view::npos ? '_' : letter;
  }
  if (part.empty()) {
    return "unnamed";
  }
  if (part.front() == '.' || part.front() == '-') {
    part.front() = '_';
  }
  return part;
}

}  // namespace culprit
