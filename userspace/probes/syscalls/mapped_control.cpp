// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/mapped_control.h"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

namespace culprit {
namespace {

constexpr std::size_t kPageBytes = 4096;

}  // namespace

Result<MappedControl> MappedControl::open(int map_descriptor) {
  void* page = ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, map_descriptor, 0);
  if (page == MAP_FAILED) {  // NOLINT(cppcoreguidelines-pro-type-cstyle-cast): libc's macro
    return Error::from_errno("map the syscall program's controls", errno);
  }
  return MappedControl(page);
}

MappedControl::MappedControl(MappedControl&& other) noexcept
    : control_(std::exchange(other.control_, nullptr)) {}

MappedControl::~MappedControl() {
  if (control_ != nullptr) {
    ::munmap(control_, kPageBytes);
  }
}

}  // namespace culprit
