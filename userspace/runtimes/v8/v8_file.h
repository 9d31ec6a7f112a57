// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "runtimes/v8/v8_layout.h"
#include "symbols/byte_source.h"

namespace culprit {

/// What read_v8_file() found, in memory's order: `text` is a sentence when the build cannot be
/// read.
struct V8FileFacts {
  V8Layout layout;
  std::string unreadable;
};

/// Run in the worker. Error: there is no V8 in the file. The answer is for v8_facts_in().
Result<std::vector<std::byte>> read_v8_file(const ByteSource& file,
                                            std::span<const std::byte> question);

Result<V8FileFacts> v8_facts_in(std::span<const std::byte> answer);

}  // namespace culprit
