// SPDX-License-Identifier: Apache-2.0
#include "doctor/checkup.h"

#include <algorithm>

namespace culprit {

bool Checkup::can_investigate() const {
  return std::ranges::none_of(
      checks, [](const Check& check) { return check.required && check.health == Health::Missing; });
}

}  // namespace culprit
