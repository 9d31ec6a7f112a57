// SPDX-License-Identifier: Apache-2.0
#include "investigation/precautions.h"

#include "kernel/fewer_rights.h"

namespace culprit {

void give_up_rights(const Options& options, RunLimits& limits) {
  const auto write = options.out_directory ? WriteAnywhere::Yes : WriteAnywhere::No;
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
