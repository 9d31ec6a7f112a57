// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "samples/activity.h"
#include "samples/call_watch.h"
#include "samples/cpu_sample.h"
#include "samples/lifecycle.h"
#include "samples/loss_report.h"
#include "samples/stack.h"
#include "samples/stack_copy.h"
#include "samples/usage.h"

namespace culprit {

/// Anything that was observed. The whole input of aggregation, and what a recording holds.
using Sample =
    std::variant<CpuSample, RawStack, StackCopy, HookCoverage, SyscallCount, ConnectCount,
                 ExchangeCount, WriteCount, ProcessEvent, CgroupEvent, ExecutableMapping, HostUsage,
                 CgroupUsage, ListenQueue, LossCount, SamplerTicks, FramePlaces, CallWatch>;

/// Takes observations in the order in which they became known.
class SampleSink {
 public:
  SampleSink() = default;
  SampleSink(const SampleSink&) = delete;
  SampleSink& operator=(const SampleSink&) = delete;
  virtual ~SampleSink() = default;

  virtual void accept(Sample sample) = 0;
};

}  // namespace culprit
