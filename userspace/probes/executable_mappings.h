// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "kernel/perf_event.h"
#include "samples/sample.h"

namespace culprit {

/// Tells which executables processes map, as it happens: the kernel's own mmap2 records, one ring
/// per CPU. No BPF involved.
class ExecutableMappings {
 public:
  static Result<std::unique_ptr<ExecutableMappings>> open();

  Status enable();
  /// Hands over what waits in the rings.
  void drain(SampleSink& sink);

 private:
  std::vector<std::unique_ptr<PerfRecordReader>> readers_;
};

}  // namespace culprit
