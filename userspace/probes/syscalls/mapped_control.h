// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "abi/syscall_control.h"
#include "base/result.h"

namespace culprit {

/// The struct by which the running syscall program is steered, mapped from the kernel: a store is
/// seen by the program's next run, needs no system call and no privilege, and cannot fail.
class MappedControl {
 public:
  /// `map_descriptor`: the mapped section that holds nothing but the struct.
  static Result<MappedControl> open(int map_descriptor);
  MappedControl(MappedControl&& other) noexcept;
  MappedControl& operator=(MappedControl&&) = delete;
  MappedControl(const MappedControl&) = delete;
  MappedControl& operator=(const MappedControl&) = delete;
  ~MappedControl();

  void set_narrowed(bool narrowed) { store(control_->narrowed, narrowed); }

 private:
  explicit MappedControl(void* page) : control_(static_cast<culprit_syscall_control*>(page)) {}
  static void store(std::uint32_t& field, bool value) {
    __atomic_store_n(&field, value ? 1U : 0U, __ATOMIC_RELEASE);
  }

  culprit_syscall_control* control_;
};

}  // namespace culprit
