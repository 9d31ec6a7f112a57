// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aggregation/build_context.h"
#include "aggregation/sample_assembly.h"

namespace culprit {

/// Fills what the host's own counters say: pressure, memory, swap, disks, listening sockets.
void assemble_host(BuildContext& context);

/// Shares the CPUs out among the workloads and fills the host's cores and their demand.
void assemble_cores(BuildContext& context, const SampleTotals& totals);

/// Lists all processes that were seen doing something.
void assemble_processes(BuildContext& context, const SampleTotals& totals);

/// Adds up the losses, those of the aggregation itself and what the clock says is missing.
void assemble_losses(BuildContext& context);

}  // namespace culprit
