// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "report/report.h"

namespace culprit::golden {

/// A report made of fixed values, with the name its files have in tests/golden/expected.
struct GoldenReport {
  std::string name;
  Report report;
};

/// A loop in a backend, a retry storm beside it, contributing findings: most that can be shown.
Report looping_backend();
/// A log flood that a retry storm causes, of three replicas; unresolved frames; no advice.
Report flooding_replicas();
/// Nothing is wrong and nobody is busy.
Report healthy_host();
/// Pegged by work against which nothing is proven; a service too.
Report busy_without_proof();
/// Steal: the machine is to blame.
Report starved_host();
/// More lost than allowed, interrupted.
Report lossy_window();
/// Names made by somebody who reads this code.
Report hostile_names();
/// No samples, no workloads, no CPUs known.
Report empty_window();

std::vector<GoldenReport> golden_reports();

}  // namespace culprit::golden
