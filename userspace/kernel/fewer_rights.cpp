// SPDX-License-Identifier: Apache-2.0
#include "kernel/fewer_rights.h"

#include <cap-ng.h>

#include <array>

namespace culprit {
namespace {

/// What each is for: kernel-compat/README.md.
constexpr std::array<unsigned, 8> kNeeded = {
    CAP_BPF,    CAP_PERFMON,  CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_CHECKPOINT_RESTORE,
    CAP_SYSLOG, CAP_SYS_NICE, CAP_IPC_LOCK};

}  // namespace

Status keep_needed_rights(WriteAnywhere write) {
  if (::capng_get_caps_process() != 0) {
    return Error("cannot read the capabilities of this process");
  }
  std::array<bool, kNeeded.size()> had{};
  for (std::size_t index = 0; index < kNeeded.size(); index++) {
    had.at(index) = ::capng_have_capability(CAPNG_EFFECTIVE, kNeeded.at(index)) != 0;
  }
  const bool wrote = ::capng_have_capability(CAPNG_EFFECTIVE, CAP_DAC_OVERRIDE) != 0;
  ::capng_clear(CAPNG_SELECT_CAPS);
  constexpr auto kOwn = static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED);
  for (std::size_t index = 0; index < kNeeded.size(); index++) {
    if (had.at(index)) {
      ::capng_update(CAPNG_ADD, kOwn, kNeeded.at(index));
    }
  }
  if (wrote && write == WriteAnywhere::Yes) {
    ::capng_update(CAPNG_ADD, kOwn, CAP_DAC_OVERRIDE);
  }
  if (::capng_apply(CAPNG_SELECT_CAPS) != 0) {
    return Error("cannot give up capabilities that are not needed");
  }
  return Success{};
}

}  // namespace culprit
