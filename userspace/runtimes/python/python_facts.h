// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "abi/python_process.h"
#include "base/result.h"
#include "symbols/byte_source.h"

namespace culprit {

/// What a file says of the CPython in it; addresses are the file's own. Crosses from the worker as
/// it is.
struct PythonFacts {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;      ///< 0: older than what can be told apart
  std::uint64_t runtime = 0;    ///< _PyRuntime
  std::uint64_t code_type = 0;  ///< PyCode_Type
  std::array<culprit_python_range, CULPRIT_PYTHON_LOOPS> loops{};
  std::uint64_t segment_address = 0;  ///< of the code, and where it begins in the file
  std::uint64_t segment_offset = 0;
};

/// Where the objects of one version keep their members; enough to name frames.
struct PythonLayout {
  culprit_python_process process{};  ///< without its evaluation loop
  std::uint32_t minor = 0;
  std::uint16_t code_qualified_name = 0;  ///< 0: there is none
  std::uint16_t code_lines = 0;           ///< co_lnotab or co_linetable
  std::uint16_t text_bytes = 0;           ///< of PyASCIIObject
  std::uint16_t reserved = 0;
};

/// The evaluation loop's parts, by its symbol and the jumps out of it.
using PythonLoops = std::array<culprit_python_range, CULPRIT_PYTHON_LOOPS>;

/// Reader of files: answers with PythonFacts. Error: no CPython is in it.
Result<std::vector<std::byte>> read_python_file(const ByteSource& file,
                                                std::span<const std::byte> question);

/// Reader of memory: answers a question made by python_questions.h.
Result<std::vector<std::byte>> read_python_memory(const ByteSource& memory,
                                                  std::span<const std::byte> question);

}  // namespace culprit
