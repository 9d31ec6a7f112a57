// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_runtime.h"
#include "runtimes/runtime.h"

namespace culprit {

const std::vector<RuntimeKind>& all_runtimes() {
  static const std::vector<RuntimeKind> kKinds{python_runtime()};
  return kKinds;
}

}  // namespace culprit
