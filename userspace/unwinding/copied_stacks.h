// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>
#include <vector>

#include "base/kernel_time.h"
#include "samples/sample.h"
#include "symbols/process_maps.h"
#include "unwinding/copied_stack.h"

namespace culprit {

/// Keeps the copies of stacks until the tables are there that they need, then unwinds them. The
/// stacks keep the hashes by which samples and events name them. Bounded; main thread only.
class CopiedStacks {
 public:
  using CodeOf = std::function<CodeFacts(const AddressSpaceKey& space, std::uint64_t address)>;
  struct Losses {
    std::uint64_t full = 0;  ///< copies for which there was no room
    std::uint64_t without_copy = 0;
  };

  explicit CopiedStacks(CodeOf code_of, std::size_t capacity = 1024);

  /// The kernel frames of a stack whose user part comes as a copy.
  void accept(RawStack kernel_part);
  void accept(StackCopy copy);

  /// Stacks for which nothing has to be waited for any longer.
  std::vector<RawStack> take_unwound(KernelTime now);
  /// All that are left, as far as they can be unwound.
  std::vector<RawStack> take_rest();
  [[nodiscard]] bool waits() const { return !waiting_.empty(); }
  Losses take_losses();

 private:
  RawStack unwind(const StackCopy& copy);
  std::vector<RawFrame> kernel_frames_of(StackHash hash);

  CodeOf code_of_;
  std::size_t capacity_;
  std::deque<StackCopy> waiting_;
  std::unordered_map<StackHash, RawStack> kernel_parts_;
  std::vector<RawStack> given_up_;
  Losses losses_;
};

}  // namespace culprit
