// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtimes/jit/jit_names.h"
#include "runtimes/runtimes.h"

namespace culprit {

class SharedMaps;
class Symbolizer;

/// Frames that no file has names for: those of language runtimes, and code that was made at run
/// time. Main thread only.
class RuntimeFrames {
 public:
  /// `worker` (null: nothing is named) and the others outlive this.
  RuntimeFrames(SymbolWorker* worker, const ProcessMaps& maps, const SharedMaps& shared_maps);

  /// From now on it asks this for their names.
  void serve(Symbolizer& symbolizer);
  [[nodiscard]] Runtimes& runtimes() { return runtimes_; }

 private:
  Runtimes runtimes_;
  JitNames jit_;
};

}  // namespace culprit
