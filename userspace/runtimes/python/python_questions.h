// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtimes/python/python_facts.h"

namespace culprit {

/// What is asked of a process's memory: its layout, or, with that, the names of frames.
struct PythonQuestion {
  static constexpr std::uint32_t kLayout = 1;
  static constexpr std::uint32_t kNames = 2;

  std::uint32_t kind = 0;
  std::uint32_t minor = 0;
  std::uint64_t runtime = 0;
  std::uint64_t code_type = 0;
  PythonLayout layout;  ///< of kind kNames, followed by PythonFrames
};

/// A frame as the walker pushed it.
struct PythonFrame {
  std::uint64_t code = 0;
  std::uint32_t position = 0;
  std::uint32_t check = 0;
};

/// Raw bytes of a stranger.
struct PythonName {
  std::string function;  ///< empty: not known
  std::string file;
  std::uint32_t line = 0;
};

std::vector<std::byte> encode_names(std::span<const PythonName> names);
/// Nothing when the answer is not what encode_names() makes of `count` names.
std::optional<std::vector<PythonName>> decode_names(std::span<const std::byte> answer,
                                                    std::size_t count);

}  // namespace culprit
