// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <vector>

#include "base/unique_fd.h"
#include "runtimes/v8/v8_frames.h"
#include "runtimes/v8/v8_layout.h"

namespace culprit {

/// Pieces of the memory of a process with V8, as record_v8_heap has seen them, at their addresses
/// in a file of holes. A line each: "version MAJOR MINOR", "constant NAME VALUE", "bytecodes WIDTH
/// HEX", "frame ADDRESS EXTRA CHECK", "memory ADDRESS HEX"; numbers of the last two in hex.
struct V8HeapImage {
  V8Constants constants;
  V8BytecodeSizes sizes;
  std::vector<V8RawFrame> frames;
  UniqueFd memory;
};

/// What makes no sense is left out.
V8HeapImage read_v8_heap_image(std::istream& text);

}  // namespace culprit
