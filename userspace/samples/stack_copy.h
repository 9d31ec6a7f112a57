// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "samples/stack.h"

namespace culprit {

/// A user stack that the kernel part could not walk yet: registers and bytes, to be unwound here.
struct StackCopy {
  static constexpr std::size_t kRegisters = 16;

  StackHash hash;  ///< stands for the stack: samples and events name it
  KernelTime time;
  ProcessKey process;
  AddressSpaceId address_space;
  InstructionAddress instruction;
  std::array<std::uint64_t, kRegisters> registers{};  ///< by DWARF number
  std::vector<std::byte> bytes;                       ///< from the stack pointer up
};

}  // namespace culprit
