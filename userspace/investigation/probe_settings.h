// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "cli/options.h"
#include "containers/cgroup_tree.h"
#include "kernel_btf.h"
#include "probes/probe.h"
#include "symbols/kernel_symbols.h"

namespace culprit {

/// What the probes are told, from what the user asked for and what this host is. `kernel` gives the
/// function that serves soft interrupts its place; without it they are not told apart.
ProbeSettings choose_probe_settings(const Options& options, CgroupNumbering identity,
                                    const std::optional<KernelSymbols>& kernel,
                                    const KernelBtf& btf);

}  // namespace culprit
