// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtimes/v8/v8_layout.h"
#include "symbols/byte_source.h"

namespace culprit {

/// A frame as the kernel part sends it: abi/v8_process.h says what the members are.
struct V8RawFrame {
  std::uint64_t address = 0;
  std::uint32_t extra = 0;
  std::uint32_t check = 0;
};

/// A function in a frame; raw bytes of a stranger.
struct V8FrameName {
  std::string function;
  std::string file;
  std::uint32_t line = 0;
  bool inlined = false;
};

/// Names of each frame, outermost first.
using V8Names = std::vector<std::vector<V8FrameName>>;

/// Frames asked for at once; more make no question.
inline constexpr std::size_t kMaxV8Frames = 1024;

/// What the reader of memory is asked: the layout, then the frames.
std::vector<std::byte> v8_question(const V8Layout& layout, std::span<const V8RawFrame> frames);

/// Run in the worker. Answers with the names of the frames, none where the memory is not what it
/// should be.
Result<std::vector<std::byte>> read_v8_memory(const ByteSource& memory,
                                              std::span<const std::byte> question);

/// The names in its answer. Error: it is none.
Result<V8Names> v8_names_in(std::span<const std::byte> answer);

}  // namespace culprit
