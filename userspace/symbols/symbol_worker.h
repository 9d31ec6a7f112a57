// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "symbols/process_times.h"
#include "symbols/sandbox.h"
#include "symbols/worker_message.h"
#include "symbols/worker_spawner.h"

namespace culprit {

struct SymbolWorkerSettings {
  /// How long a query may run or block; time in which the worker waits for a CPU does not count,
  /// for on a starving host that is nobody's fault.
  std::chrono::milliseconds query_time{1000};
  WorkerConditions conditions{.limits = {.memory_bytes = std::uint64_t{96} * 1024 * 1024,
                                         .cpu_time = std::chrono::seconds(120),
                                         .descriptors = 128},
                              .nice = 10};
};

enum class AskOutcome : std::uint8_t {
  Answered,       ///< `answer` holds; its error speaks about the file
  FileIsToBlame,  ///< the worker died, hung or talked nonsense over this file, and was ended
  NotInTime,      ///< the caller's deadline came first; asking again later may work
  NoWorker        ///< there is none and none can be had
};

struct AskResult {
  AskOutcome outcome = AskOutcome::NoWorker;
  /// What the outcome is about: the file asked for, or one asked for before it whose answer was
  /// still to come. The latter is only told when it is to blame; then ask again.
  std::uint32_t file = 0;
  SymbolAnswer answer;
  std::string why;  ///< a sentence, unless answered
};

/// The asker's end of the worker process that reads strangers' files. A worker that misbehaves is
/// killed and replaced. Nothing it says is trusted. Main thread only.
class SymbolWorker {
 public:
  /// Call before the first thread is started. Error: no process can be had. Whether the worker got
  /// its sandbox (and so works at all) shows when it is first asked.
  static Result<SymbolWorker> start(SymbolWorkerSettings settings = {});

  /// Asks about one file. `descriptor` is a regular file open for reading, or -1 in the hope that
  /// the worker still knows it. `query.id` is set here. Returns by `deadline` or a little later.
  AskResult ask(SymbolQuery query, int descriptor, KernelTime deadline);

  /// -1 when none runs.
  [[nodiscard]] pid_t process_id() const { return worker_ ? worker_->pid : -1; }
  /// How many workers were ended because they misbehaved.
  [[nodiscard]] std::uint64_t killed() const { return killed_; }

 private:
  /// A query that was sent and not yet answered; id 0 stands for the greeting.
  struct Outstanding {
    std::uint32_t id = 0;
    std::uint32_t file = 0;
    KernelTime since;
    ProcessTimes before;  ///< of the worker, when the query was sent
  };
  enum class Wait : std::uint8_t { Ready, Deadline, Stuck };

  SymbolWorker(SymbolWorkerSettings settings, WorkerSpawner spawner);

  Status replace(KernelTime deadline);
  void kill_worker();
  [[nodiscard]] Wait wait_for_answer(KernelTime deadline) const;
  [[nodiscard]] bool is_stuck(KernelTime now) const;
  /// Receives what the outstanding query is answered with; nothing: the worker misbehaved.
  std::optional<SymbolAnswer> receive_answer();
  AskResult blame(std::string why);
  AskResult take_answer(KernelTime deadline);

  SymbolWorkerSettings settings_;
  WorkerSpawner spawner_;
  std::optional<SpawnedWorker> worker_;
  std::optional<Outstanding> outstanding_;
  std::vector<std::byte> buffer_;
  std::uint32_t last_id_ = 0;
  std::uint64_t killed_ = 0;
  std::chrono::nanoseconds time_asked_{0};  ///< of this worker, all its queries
};

}  // namespace culprit
