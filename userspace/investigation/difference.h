// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "cli/diff_options.h"
#include "comparison/compare.h"

namespace culprit {

struct FileDifference {
  Comparison comparison;
  double lost_share = 0;  ///< of the side that lost more
};

/// `culprit diff`: of two recordings, two groups of containers of one, or two files of stacks.
Result<FileDifference> difference_of_files(const DiffOptions& options);

}  // namespace culprit
