// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "aggregation/profile.h"

namespace culprit {

/// The call paths of a profile for the page's script: JSON, gzipped, in base64.
struct PageData {
  std::string packed;
  /// Boxes that found no room, and the samples that end in them: those count for their callers.
  std::size_t left_out_boxes = 0;
  std::uint64_t left_out_samples = 0;
};

PageData page_data(const Profile& profile);

}  // namespace culprit
