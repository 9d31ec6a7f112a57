// SPDX-License-Identifier: Apache-2.0
#include "unwinding/copied_stacks.h"

#include <algorithm>
#include <utility>

namespace culprit {
namespace {

constexpr std::size_t kStackPointer = 7;
/// Mapping events of a process may be in another ring than its samples.
constexpr std::chrono::milliseconds kMappingsTake{400};
/// A table that has not come by then will not come.
constexpr std::chrono::seconds kTablesTake{20};

}  // namespace

CopiedStacks::CopiedStacks(CodeOf code_of, std::size_t capacity)
    : code_of_(std::move(code_of)), capacity_(capacity) {}

void CopiedStacks::accept(RawStack kernel_part) {
  kernel_parts_.insert_or_assign(kernel_part.hash, std::move(kernel_part));
}

void CopiedStacks::accept(StackCopy copy) {
  if (waiting_.size() >= capacity_) {
    ++losses_.full;
    given_up_.push_back(
        {.hash = copy.hash, .end = StackEnd::CopyLost, .frames = kernel_frames_of(copy.hash)});
    return;
  }
  waiting_.push_back(std::move(copy));
}

std::vector<RawFrame> CopiedStacks::kernel_frames_of(StackHash hash) {
  const auto part = kernel_parts_.find(hash);
  if (part == kernel_parts_.end()) {
    return {};  // the thread was in user mode
  }
  return part->second.frames;
}

RawStack CopiedStacks::unwind(const StackCopy& copy) {
  const CopiedStack stack{.instruction_pointer = copy.instruction.value(),
                          .registers = copy.registers,
                          .lowest_address = copy.registers[kStackPointer],
                          .bytes = copy.bytes};
  const CodeLookup code_at = [&](std::uint64_t address) {
    return code_of_({.process = copy.process, .id = copy.address_space}, address);
  };
  RawStack unwound = unwind_copied_stack(stack, code_at, kernel_frames_of(copy.hash));
  unwound.hash = copy.hash;
  return unwound;
}

std::vector<RawStack> CopiedStacks::take_unwound(KernelTime now) {
  std::vector<RawStack> done = std::exchange(given_up_, {});
  std::erase_if(waiting_, [&](const StackCopy& copy) {
    RawStack stack = unwind(copy);
    const auto age = now - copy.time;
    const bool waits = (stack.end == StackEnd::TablePending && age < kTablesTake) ||
                       (stack.end == StackEnd::NoMapping && age < kMappingsTake);
    if (!waits) {
      done.push_back(std::move(stack));
    }
    return !waits;
  });
  for (const RawStack& stack : done) {
    kernel_parts_.erase(stack.hash);
  }
  return done;
}

std::vector<RawStack> CopiedStacks::take_rest() {
  std::vector<RawStack> done = std::exchange(given_up_, {});
  for (const StackCopy& copy : std::exchange(waiting_, {})) {
    done.push_back(unwind(copy));
  }
  for (const RawStack& stack : done) {
    kernel_parts_.erase(stack.hash);
  }
  // The copy found no room in the ring.
  for (auto& [hash, part] : std::exchange(kernel_parts_, {})) {
    part.end = StackEnd::CopyLost;
    ++losses_.without_copy;
    done.push_back(std::move(part));
  }
  return done;
}

CopiedStacks::Losses CopiedStacks::take_losses() {
  return std::exchange(losses_, {});
}

}  // namespace culprit
