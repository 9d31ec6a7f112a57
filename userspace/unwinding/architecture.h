// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <elf.h>

#include <cstdint>

namespace culprit {

/// The DWARF numbers of the registers that unwinding follows.
struct UnwindArchitecture {
  std::uint16_t machine;  ///< of the ELF header
  std::uint8_t frame_pointer;
  std::uint8_t stack_pointer;
  std::uint8_t instruction_pointer;  ///< that by which expressions know it; none: 0xff
  bool return_in_link_register;      ///< what is unsaid means that it still lies there
};

inline constexpr UnwindArchitecture kAmd64{.machine = EM_X86_64,
                                           .frame_pointer = 6,
                                           .stack_pointer = 7,
                                           .instruction_pointer = 16,
                                           .return_in_link_register = false};
inline constexpr UnwindArchitecture kArm64{.machine = EM_AARCH64,
                                           .frame_pointer = 29,
                                           .stack_pointer = 31,
                                           .instruction_pointer = 0xff,
                                           .return_in_link_register = true};

/// Nothing for machines that are not known.
constexpr const UnwindArchitecture* architecture_of(std::uint16_t machine) {
  if (machine == EM_X86_64) {
    return &kAmd64;
  }
  return machine == EM_AARCH64 ? &kArm64 : nullptr;
}

}  // namespace culprit
