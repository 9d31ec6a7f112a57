// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "runtimes/runtime.h"

namespace culprit {

class SymbolWorker;

/// Has runtimes' files and the memory of their processes read by the worker without rights, which
/// is killed when it hangs: a page of a stranger's process may never come. Main thread only.
class RuntimeWorker {
 public:
  /// What the worker has to be started with: a reader of what processes tell of code they made,
  /// and two for each runtime.
  static FileReaders readers(const std::vector<RuntimeKind>& kinds);

  /// `worker`, which others may ask too, outlives this; null: every answer is an error. `proc` is
  /// where the processes' memory is.
  explicit RuntimeWorker(SymbolWorker* worker, std::string proc = "/proc")
      : worker_(worker), proc_(std::move(proc)) {}

  /// Answers that have not come by then are errors.
  void set_deadline(KernelTime deadline) { deadline_ = deadline; }

  /// `runtime` is an index in the kinds. An error with EAGAIN is the worker's: ask again.
  Result<std::vector<std::byte>> read_file(std::size_t runtime, FileId file, int descriptor);
  /// `file`: a perf map or jitdump of that process. See jit/jit_reader.h.
  Result<std::vector<std::byte>> read_jit(Pid pid, int file, std::span<const std::byte> question);
  /// Error: the process has ended, or the worker has died of its memory before.
  Result<std::vector<std::byte>> read_memory(std::size_t runtime, const AddressSpaceKey& space,
                                             std::span<const std::byte> question);

 private:
  Result<std::vector<std::byte>> ask(std::uint32_t reader, std::uint32_t subject, int descriptor,
                                     bool memory, std::span<const std::byte> question);

  SymbolWorker* worker_;
  std::string proc_;
  KernelTime deadline_{};
  std::set<std::uint32_t> banned_;  ///< files and processes over which the worker died
};

}  // namespace culprit
