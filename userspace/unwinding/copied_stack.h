// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "samples/stack.h"
#include "unwinding/unwind_table.h"

namespace culprit {

inline constexpr std::size_t kUnwindRegisters = 16;

/// What was taken of a thread of an x86-64 program when it was sampled.
struct CopiedStack {
  std::uint64_t instruction_pointer = 0;
  /// By DWARF number: rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8 to r15.
  std::array<std::uint64_t, kUnwindRegisters> registers{};
  std::uint64_t lowest_address = 0;  ///< of the bytes, at most the stack pointer
  std::span<const std::byte> bytes;
};

/// What is known about the code at an address.
struct CodeFacts {
  enum class Kind : std::uint8_t {
    NotMapped,
    TableRule,     ///< of a file with a table; `rule` is what it says
    TablePending,  ///< of a file whose table is being made
    NoTable,       ///< of a file without unwind information
    MadeAtRunTime  ///< of no file
  };

  Kind kind = Kind::NotMapped;
  UnwindRule rule{};
};

using CodeLookup = std::function<CodeFacts(std::uint64_t address)>;

/// Finds the callers of a copied stack by the rules that the kernel part follows, of which this is
/// the executable specification. `kernel_frames` come first in the stack that is returned, whose
/// hash is the one the kernel part would have computed.
RawStack unwind_copied_stack(const CopiedStack& copy, const CodeLookup& code_at,
                             std::vector<RawFrame> kernel_frames = {});

/// The hash of frames, innermost first, as both sides compute it.
StackHash hash_of_frames(std::span<const RawFrame> frames);

}  // namespace culprit
