// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detectors/retry_storm/destination.h"

namespace culprit {

/// How attempts follow each other.
struct Pace {
  double attempts_per_s = 0;      ///< over the seconds in which it failed
  double storm_seconds = 0;       ///< with enough attempts to be a storm
  double gap_growth = 1;          ///< mean gap of the later half over that of the earlier half
  double gap_growth_least = 0;    ///< lower end of its 95 % interval
  double median_gap_seconds = 0;  ///< upper edge of the histogram's bucket; 0 when not known
  bool no_jitter = false;         ///< nearly all gaps in two neighbouring buckets

  [[nodiscard]] bool backs_off() const;
};

Pace pace_of(const Profile& profile, const Destination& destination);

}  // namespace culprit
