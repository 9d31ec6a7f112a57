// SPDX-License-Identifier: Apache-2.0
#include "investigation/precautions.h"

#include <sys/resource.h>

#include "kernel/fewer_rights.h"

namespace culprit {

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);  // a probe that lacks one later says so
  }
}

void give_up_rights(const Options& options, RunLimits& limits) {
  const bool writes = options.out_directory || options.record_to;
  const auto write = writes ? WriteAnywhere::Yes : WriteAnywhere::No;
  if (auto fewer = keep_needed_rights(write); !fewer) {
    limits.add("own rights", fewer.error());
  }
}

void tell_of_second_choices(const ProbeSettings& settings, RunLimits& limits) {
  if (settings.programs.walk_user_stack == 0) {
    limits.add("stacks", "user stacks come from the kernel's own walker: frame pointers only",
               "culprit doctor");
  }
}

}  // namespace culprit
