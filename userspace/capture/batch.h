// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "containers/container.h"
#include "containers/process_facts.h"
#include "samples/sample.h"
#include "symbols/resolved_frame.h"

namespace culprit {

/// A stack of named frames: one frame more than the stack that called it. Stacks that begin alike
/// share their beginning, which is most of them.
struct NumberedStack {
  std::uint32_t id = 0;
  std::uint32_t caller = 0;  ///< a lower id; 0 is the empty stack
  std::uint32_t frame = 0;
};

/// Which of them a raw stack has in one process.
struct StackNaming {
  StackHash stack;
  ProcessKey process;
  AddressSpaceId address_space;
  StackEnd end = StackEnd::Complete;
  std::uint32_t named = 0;
};

struct ContainerAnswer {
  CgroupId v2, v1;
  Container container;
};

/// `asked.start_boottime_ns` is 0 when the question was about a pid.
struct ProcessAnswer {
  ProcessKey asked;
  ProcessFacts facts;
};

struct WindowBounds {
  KernelTime start, end;
};

/// What goes to the writer at one time: observations in their order, and answers that were not
/// given before, or differently. With `window` everything so far becomes readable.
struct Batch {
  std::vector<Sample> samples;
  std::vector<std::pair<std::uint32_t, ResolvedFrame>> frames;
  std::vector<NumberedStack> stacks;
  std::vector<StackNaming> namings;
  std::vector<ContainerAnswer> containers;
  std::vector<ProcessAnswer> processes;
  std::vector<std::pair<std::string, std::string>> facts;
  std::optional<WindowBounds> window;
};

}  // namespace culprit
