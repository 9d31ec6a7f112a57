// SPDX-License-Identifier: Apache-2.0
#include "detectors/script_frames.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace culprit {
namespace {

// pip's, Debian's and npm's folders of packages.
constexpr std::array<std::string_view, 3> kPackageFolders{"/site-packages/", "/dist-packages/",
                                                          "/node_modules/"};

constexpr std::array<std::string_view, 2> kBuiltInFiles{"<frozen ", "node:"};

constexpr std::array<std::string_view, 5> kJavaLibraries{"java.", "javax.", "jdk.", "sun.",
                                                         "com.sun."};

/// ".../lib/python3.11/logging/__init__.py"; an application may live in ".../python/app.py".
bool is_of_python_library(std::string_view file) {
  constexpr std::string_view kFolder = "/lib/python3.";
  const std::size_t at = file.find(kFolder);
  if (at == std::string_view::npos) {
    return false;
  }
  const std::string_view rest = file.substr(at + kFolder.size());
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  return digits > 0 && rest.substr(digits).starts_with('/');
}

}  // namespace

bool is_script_frame(const ResolvedFrame& frame) {
  return frame.kind == FrameKind::Python || frame.kind == FrameKind::JavaScript ||
         frame.kind == FrameKind::Java;
}

bool is_script_library_frame(const ResolvedFrame& frame) {
  if (!is_script_frame(frame)) {
    return false;
  }
  const std::string_view file = frame.file;
  const auto begins = [](std::string_view text) {
    return [text](std::string_view prefix) { return text.starts_with(prefix); };
  };
  const auto holds = [file](std::string_view part) {
    return file.find(part) != std::string_view::npos;
  };
  return std::ranges::any_of(kPackageFolders, holds) ||
         std::ranges::any_of(kBuiltInFiles, begins(file)) ||
         (frame.kind == FrameKind::Python && is_of_python_library(file)) ||
         (frame.kind == FrameKind::Java &&
          std::ranges::any_of(kJavaLibraries, begins(std::string_view(frame.function))));
}

}  // namespace culprit
