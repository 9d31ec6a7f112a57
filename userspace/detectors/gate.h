// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "detectors/finding.h"

namespace culprit {

/// Whether a cost can explain a host in trouble, and by which of the three measures.
struct GateResult {
  bool passed = false;
  std::string why;  ///< "0.62 core", "71 % of its own limit"; empty when it did not pass
};

/// Own and induced cost together: half a core, half of the group's own limit, or a quarter of
/// what keeps the host busy. The limit counts only when every member has one. In a crowd nobody
/// gets half a core: there, what its threads waited for counts towards it.
GateResult pass_gate(const Profile& profile, const std::vector<WorkloadIndex>& workloads,
                     const FindingCost& cost);

/// Gives `finding` its role: culprit when its cost passes the gate, else `otherwise`; and writes
/// the measure down as evidence.
void assign_role(const Profile& profile, Finding& finding, FindingRole otherwise);

}  // namespace culprit
