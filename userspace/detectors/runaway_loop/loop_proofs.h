// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "detectors/runaway_loop/busy_group.h"

namespace culprit {

/// One more thing, besides never sleeping, that makes a busy thread a runaway loop.
struct LoopProof {
  double strength = 0;   ///< as an independent witness, 0..1
  std::string reason;    ///< "129 of 128 connections wait on port 5000"
  std::string explains;  ///< what it does to others; may be empty
  Evidence evidence;
};

/// All that the profile can tell about `group`; empty: nothing is proven.
std::vector<LoopProof> loop_proofs(const ProfileIndex& index, const BusyGroup& group);

}  // namespace culprit
