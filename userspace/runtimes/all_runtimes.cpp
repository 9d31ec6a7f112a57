// SPDX-License-Identifier: Apache-2.0
#include "runtimes/runtime.h"

namespace culprit {

const std::vector<RuntimeKind>& all_runtimes() {
  static const std::vector<RuntimeKind> kinds{};
  return kinds;
}

}  // namespace culprit
