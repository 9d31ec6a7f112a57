// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "samples/sample.h"
#include "symbols/symbol_worker.h"

namespace culprit {

class ProcessMaps;
class SharedMaps;

/// Whole user stacks: has the kernel part told what it needs to walk them, and unwinds what it
/// could not walk yet. Main thread only; tables are made on a thread of its own.
class Unwinding {
 public:
  /// What the process without rights has to be able to do for it.
  static SymbolWorkerSettings worker_settings();
  /// After the programs were loaded. `maps` outlives this.
  static Result<std::unique_ptr<Unwinding>> start(const SharedMaps& shared_maps,
                                                  const ProcessMaps& maps, SymbolWorker worker);
  Unwinding(const Unwinding&) = delete;
  Unwinding& operator=(const Unwinding&) = delete;
  ~Unwinding();

  // After `maps` has taken them in:
  void look_at(const CpuSample& sample);
  void look_at(const ProcessEvent& event);
  void look_at(const ExecutableMapping& mapping);
  /// Takes what is the kernel part of a stack that has to be unwound here; false: it is whole.
  bool take(RawStack& stack);
  void take(StackCopy copy);

  /// After a round of samples: stacks that are whole by now.
  std::vector<RawStack> settle(KernelTime now);
  /// Waits at most this long for tables; all stacks that are left.
  std::vector<RawStack> finish(std::chrono::milliseconds patience);
  /// Kernel memory that the files' tables take.
  [[nodiscard]] std::uint64_t table_bytes() const;
  /// What found no room or did not work since the last call.
  std::vector<LossCount> take_losses(KernelTime now);

 private:
  class Parts;

  explicit Unwinding(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace culprit
