// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/fruitless.h"

#include "detectors/thresholds.h"

namespace culprit {

std::optional<FruitlessCalls> fruitless_calls(const Profile& profile, const BusyGroup& group) {
  using namespace thresholds;
  const SyscallSummary& calls = group.syscalls;
  const auto fruitless = static_cast<double>(calls.fruitless());
  // The thread's own CPU time is the measure: in a crowd it polls as hard, only more rarely.
  const double cpu_seconds = group.cost.own_cores * profile.seconds();
  if (cpu_seconds <= 0 || fruitless < kFruitlessPerCpuSecond * cpu_seconds) {
    return std::nullopt;
  }
  const auto failing = static_cast<double>(calls.failing);
  const bool broken = failing >= fruitless / 2;
  const double useful =
      static_cast<double>(calls.useful) + (broken ? 0.0 : static_cast<double>(calls.ready));
  const double allowed = broken ? kUsefulPerFailingCall * failing : kUsefulPerIdleCall * fruitless;
  if (useful > allowed) {
    return std::nullopt;
  }
  return FruitlessCalls{.failing = broken,
                        .per_cpu_second = fruitless / cpu_seconds,
                        .per_s = per_second(profile, fruitless),
                        .call = calls.fruitless_call,
                        .outcome = calls.fruitless_outcome};
}

}  // namespace culprit
