// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <utility>

#include "base/kernel_time.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "symbols/file_reader.h"
#include "symbols/sandbox.h"

namespace culprit {

/// How a worker runs.
struct WorkerConditions {
  SandboxLimits limits;
  FileReaders readers{};
  int nice = 10;  ///< its priority and the spawner's
  /// Called in the program with each new process, the spawner first: a starving host would let
  /// them wait for ever at that priority.
  std::function<void(pid_t)> started{};
  /// Called in the program before it ends one of them, but for the last ones.
  std::function<void(pid_t)> ends{};
};

/// A worker process, seen from the program that asks it. Ends when the socket is closed.
struct SpawnedWorker {
  UniqueFd socket;
  UniqueFd process;  ///< pidfd: signals cannot hit a stranger
  pid_t pid = -1;    ///< not reused before the next spawn
};

/// A small process, forked while the program has one thread, that forks workers on demand: a
/// program of many threads cannot safely fork one itself. It has no capabilities, no open files but
/// its socket, and reads nothing but the wish for one more worker.
class WorkerSpawner {
 public:
  /// Call before the first thread is started.
  static Result<WorkerSpawner> start(const WorkerConditions& conditions);

  WorkerSpawner(WorkerSpawner&& other) noexcept;
  WorkerSpawner& operator=(WorkerSpawner&& other) noexcept;
  WorkerSpawner(const WorkerSpawner&) = delete;
  WorkerSpawner& operator=(const WorkerSpawner&) = delete;
  /// Ends the spawner and with it its workers.
  ~WorkerSpawner();

  [[nodiscard]] pid_t process_id() const { return pid_; }
  /// Waits for the spawner until `deadline`; one that is late may be in time when asked again.
  Result<SpawnedWorker> spawn(KernelTime deadline);

 private:
  WorkerSpawner(UniqueFd socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}
  void end();

  UniqueFd socket_;
  pid_t pid_ = -1;
  std::uint32_t last_wish_ = 0;
};

}  // namespace culprit
