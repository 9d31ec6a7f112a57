// SPDX-License-Identifier: Apache-2.0
#include "aggregation/syscall_names.h"

#include <seccomp.h>

#include <cstdlib>
#include <limits>
#include <memory>

namespace culprit {
namespace {

#if defined(__aarch64__)
constexpr std::uint32_t kNative = SCMP_ARCH_AARCH64;
constexpr std::uint32_t kCompat = SCMP_ARCH_ARM;
#else
constexpr std::uint32_t kNative = SCMP_ARCH_X86_64;
constexpr std::uint32_t kCompat = SCMP_ARCH_X86;
#endif

struct FreeText {
  void operator()(char* text) const noexcept {
    std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): libseccomp hands out malloc's memory
  }
};

std::string looked_up(std::uint32_t number, bool compat) {
  // libseccomp takes an int and gives negative numbers a meaning of its own.
  if (number <= static_cast<std::uint32_t>(std::numeric_limits<int>::max())) {
    const std::unique_ptr<char, FreeText> name(
        seccomp_syscall_resolve_num_arch(compat ? kCompat : kNative, static_cast<int>(number)));
    if (name) {
      return name.get();
    }
  }
  return "syscall_" + std::to_string(number);
}

}  // namespace

const std::string& SyscallNames::name(std::uint32_t number, bool compat) {
  const std::uint64_t key = (std::uint64_t{number} << 1U) | (compat ? 1U : 0U);
  const auto known = known_.find(key);
  return known != known_.end() ? known->second
                               : known_.emplace(key, looked_up(number, compat)).first->second;
}

}  // namespace culprit
