// SPDX-License-Identifier: Apache-2.0
#include "aggregation/stack_store.h"

#include <algorithm>
#include <utility>

#include "aggregation/limits.h"

namespace culprit {

void StackStore::add(RawStack stack) {
  if (stacks_.contains(stack.hash)) {
    return;
  }
  if (stack.frames.size() > kRawFrameLimit - frames_) {
    ++refused_;
    return;
  }
  frames_ += stack.frames.size();
  const bool kernel_only =
      std::all_of(stack.frames.begin(), stack.frames.end(),
                  [](const RawFrame& frame) { return frame.kind == FrameKind::Kernel; });
  const StackHash hash = stack.hash;
  stacks_.emplace(hash, Entry{.stack = std::move(stack), .kernel_only = kernel_only});
}

const StackStore::Entry* StackStore::find(StackHash hash) const {
  const auto known = stacks_.find(hash);
  return known == stacks_.end() ? nullptr : &known->second;
}

}  // namespace culprit
