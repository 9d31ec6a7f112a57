// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/difference/difference_boxes.h"

namespace culprit {

/// The boxes for the page's script: the JSON of page_data, gzipped, in base64, with what each was
/// before and after.
std::string difference_page_data(const DifferenceBoxes& boxes);

}  // namespace culprit
