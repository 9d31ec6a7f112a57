// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/fruitless.h"

#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

/// What was in vain, and what had use by that measure.
struct Balance {
  double in_vain = 0, useful = 0, allowed = 0;
  bool failing = false;
  SyscallSummary::Favourite favourite;
};

/// Searches for what does not exist count only where hardly anything else is done: a compiler looks
/// in many places for each header, an interpreter for each module.
Balance balance_of(const SyscallSummary& calls) {
  const auto useful = static_cast<double>(calls.useful);
  const auto ready = static_cast<double>(calls.ready);
  const auto fruitless = static_cast<double>(calls.fruitless());
  const auto failing = static_cast<double>(calls.failing);
  const auto missing = static_cast<double>(calls.missing);
  if (missing > fruitless) {
    return {.in_vain = missing,
            .useful = useful + ready,
            .allowed = kUsefulPerMissing * missing,
            .failing = false,
            .favourite = calls.most_missing};
  }
  if (failing >= fruitless / 2) {
    return {.in_vain = fruitless,
            .useful = useful + missing,
            .allowed = kUsefulPerFailingCall * failing,
            .failing = true,
            .favourite = calls.most_fruitless};
  }
  return {.in_vain = fruitless,
          .useful = useful + missing + ready,
          .allowed = kUsefulPerIdleCall * fruitless,
          .failing = false,
          .favourite = calls.most_fruitless};
}

}  // namespace

std::optional<FruitlessCalls> fruitless_calls(const Profile& profile, const BusyGroup& group) {
  const Balance balance = balance_of(group.syscalls);
  // The thread's own CPU time is the measure: in a crowd it polls as hard, only more rarely.
  const double cpu_seconds = group.cost.own_cores * profile.seconds();
  if (cpu_seconds <= 0 || balance.in_vain < kFruitlessPerCpuSecond * cpu_seconds ||
      balance.useful > balance.allowed) {
    return std::nullopt;
  }
  return FruitlessCalls{.failing = balance.failing,
                        .per_cpu_second = balance.in_vain / cpu_seconds,
                        .per_s = per_second(profile, balance.in_vain),
                        .call = balance.favourite.call,
                        .outcome = balance.favourite.outcome};
}

}  // namespace culprit
