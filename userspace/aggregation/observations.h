// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aggregation/call_watch_store.h"
#include "aggregation/cgroup_table.h"
#include "aggregation/connect_store.h"
#include "aggregation/exchange_store.h"
#include "aggregation/hook_scale.h"
#include "aggregation/lifecycle_store.h"
#include "aggregation/loss_tally.h"
#include "aggregation/process_directory.h"
#include "aggregation/sample_store.h"
#include "aggregation/stack_store.h"
#include "aggregation/syscall_store.h"
#include "aggregation/usage_history.h"
#include "aggregation/write_store.h"

namespace culprit {

/// Everything seen in a window so far, still by ids and without names.
struct Observations {
  explicit Observations(CgroupNumbering events) : cgroups(events) {}

  CgroupTable cgroups;
  HookScale hook_scale;
  StackStore stacks;
  ProcessDirectory processes;
  SampleStore samples;
  SyscallStore syscalls;
  ConnectStore connects;
  ExchangeStore exchanges;
  WriteStore writes;
  LifecycleStore lifecycles;
  CallWatchStore call_watches;
  UsageHistory usages;
  LossTally losses;
  KernelTime latest;  ///< of all times that came
};

}  // namespace culprit
