// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "investigation/run_limits.h"
#include "probes/probe.h"

namespace culprit {

/// Gives up the capabilities that are not needed from here on.
void give_up_rights(const Options& options, RunLimits& limits);

/// Says what is lost by second choices among the hooks.
void tell_of_second_choices(const ProbeSettings& settings, RunLimits& limits);

}  // namespace culprit
