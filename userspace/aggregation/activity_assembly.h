// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <vector>

#include "aggregation/build_context.h"
#include "aggregation/listeners.h"

namespace culprit {

/// Announces the stacks of all events, so that they are named.
void want_event_stacks(const Observations& seen, ProcessTable& processes, StackNames& stacks);

/// Each fills its list in the profile, the busiest first, and the rates of the workloads concerned.
void assemble_syscalls(BuildContext& context);
void assemble_connects(BuildContext& context, const Listeners& listeners);
void assemble_exchanges(BuildContext& context, const Listeners& listeners);
void assemble_writes(BuildContext& context);
void assemble_lifecycles(BuildContext& context);

/// The call tree of events; stacks that should have come and did not are counted as lost.
CallTree tree_of(BuildContext& context, CgroupRef cgroup, const EventStacks& stacks);

/// At most kPidsPerRowLimit of the pids, without the 0 that stands for several.
std::vector<Pid> listed(const std::set<Pid>& pids);

}  // namespace culprit
