// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report.h"

namespace culprit {

/// Samples that the clock should have given and that did not arrive, and their share, 0..1. Ticks
/// that found a CPU idle, or a task outside of the chosen containers, are to be in
/// `Profile::idle_samples`: they count as arrived.
struct SampleLoss {
  std::uint64_t samples = 0;
  double share = 0;
};
SampleLoss sample_loss(const Profile& profile);

/// What the ranked findings of `report` come to. Reads its findings, profile and losses only.
Verdict decide_verdict(const Report& report);

}  // namespace culprit
