// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "symbols/file_reader.h"
#include "symbols/process_times.h"
#include "symbols/sandbox.h"
#include "symbols/worker_message.h"
#include "symbols/worker_spawner.h"

namespace culprit {

struct SymbolWorkerSettings {
  /// How long a query may run or block; time in which the worker waits for a CPU does not count,
  /// for on a starving host that is nobody's fault.
  std::chrono::milliseconds query_time{2000};
  /// The same for read_file().
  std::chrono::milliseconds read_time{5000};
  WorkerConditions conditions{.limits = {.memory_bytes = std::uint64_t{96} * 1024 * 1024,
                                         .mapped_bytes = std::uint64_t{8} << 30U,
                                         .cpu_time = std::chrono::seconds(120),
                                         .descriptors = 128},
                              .nice = 10};
};

enum class AskOutcome : std::uint8_t {
  Answered,       ///< there is an answer; its error speaks about the file
  FileIsToBlame,  ///< the worker died, hung or talked nonsense over this file, and was ended
  NotInTime,      ///< the caller's deadline came first; asking again later may work
  NoWorker        ///< there is none and none can be had
};

/// What every kind of question comes back with, besides its answer.
struct AskEnd {
  AskOutcome outcome = AskOutcome::NoWorker;
  /// What the outcome is about: the file asked for, or one asked for before it whose answer was
  /// still to come. The latter is only told when it is to blame; then ask again.
  std::uint32_t file = 0;
  std::string why;  ///< a sentence, unless answered
};

struct AskResult : AskEnd {
  SymbolAnswer answer;
};

struct ReadResult : AskEnd {
  std::string error;  ///< why the reader made nothing of the file
  std::vector<std::byte> content;
};

/// The asker's end of the worker process that reads strangers' files. A worker that misbehaves is
/// killed and replaced. Nothing it says is trusted. Main thread only.
class SymbolWorker {
 public:
  /// Call before the first thread is started. Error: no process can be had. Whether the worker got
  /// its sandbox (and so works at all) shows when it is first asked.
  static Result<SymbolWorker> start(const SymbolWorkerSettings& settings = {});

  /// Asks about one file. `descriptor` is a regular file open for reading, or -1 in the hope that
  /// the worker still knows it. `query.id` is set here. Returns by `deadline` or a little later.
  AskResult ask(SymbolQuery query, int descriptor, KernelTime deadline);

  /// Lets reader `query.reader` of `settings.conditions.readers` make something of one file; at
  /// most kMaxContentBytes come back. Otherwise as ask(); nothing is remembered between calls.
  ReadResult read_file(ReadQuery query, int descriptor, KernelTime deadline);

  /// -1 when none runs.
  [[nodiscard]] pid_t process_id() const { return worker_ ? worker_->pid : -1; }
  /// How many workers were ended because they misbehaved.
  [[nodiscard]] std::uint64_t killed() const { return killed_; }

 private:
  enum class Question : std::uint8_t { Greeting, Symbols, Content };
  /// A query that was sent and is not yet answered to the end.
  struct Outstanding {
    Question question = Question::Greeting;
    std::uint32_t id = 0;
    std::uint32_t file = 0;
    KernelTime since{};
    ProcessTimes before{};  ///< of the worker, when the query was sent
    SymbolAnswer symbols{};
    std::optional<ReadAnswer> content_head{};
    std::vector<std::byte> content{};
  };
  enum class Wait : std::uint8_t { Ready, Deadline, Stuck };
  enum class Received : std::uint8_t { Part, All, Nonsense };

  SymbolWorker(SymbolWorkerSettings settings, WorkerSpawner spawner);

  Status replace(KernelTime deadline);
  void kill_worker();
  /// Makes the worker ready for one more query; nothing when it is.
  std::optional<AskEnd> prepare(std::uint32_t file, KernelTime deadline);
  AskEnd send_and_wait(Outstanding query, std::span<const std::byte> message, int descriptor,
                       KernelTime deadline);
  /// Receives all that the outstanding query is answered with.
  AskEnd take_answer(KernelTime deadline);
  [[nodiscard]] Wait wait_for_answer(KernelTime deadline) const;
  [[nodiscard]] bool is_stuck(KernelTime now) const;
  /// Receives one message of the answer.
  Received receive_next();
  Received receive_content(std::span<const std::byte> message);
  AskEnd blame(std::string why);

  SymbolWorkerSettings settings_;
  WorkerSpawner spawner_;
  std::optional<SpawnedWorker> worker_;
  std::optional<Outstanding> outstanding_;
  Outstanding answered_;
  std::vector<std::byte> buffer_;
  std::uint32_t last_id_ = 0;
  std::uint64_t killed_ = 0;
  std::chrono::nanoseconds time_asked_{0};  ///< of this worker, all its queries
};

}  // namespace culprit
