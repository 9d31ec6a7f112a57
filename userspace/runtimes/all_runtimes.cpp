// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_runtime.h"
#include "runtimes/runtime.h"
#include "runtimes/v8/v8_runtime.h"

namespace culprit {

const std::vector<RuntimeKind>& all_runtimes() {
  static const std::vector<RuntimeKind> kKinds{python_runtime(), v8_runtime()};
  return kKinds;
}

}  // namespace culprit
