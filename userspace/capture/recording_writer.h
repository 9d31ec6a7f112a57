// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.h"
#include "capture/batch.h"
#include "capture/recording_file.h"

namespace culprit {

/// Writes batches on a thread of its own, for disks of sick hosts are slow. Who hands them over
/// never waits: observations that find no room are dropped and counted. After a failure, such as
/// a full disk, nothing more is written; what was written stays readable.
class RecordingWriter {
 public:
  explicit RecordingWriter(RecordingFile file);
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;
  RecordingWriter(RecordingWriter&&) = delete;
  RecordingWriter& operator=(RecordingWriter&&) = delete;
  /// Writes what still waits.
  ~RecordingWriter();

  void hand_over(Batch batch);
  /// For one who does not drain a kernel and may wait: until there is room for all of it again.
  void wait_for_room();
  /// Waits until everything is on the disk; says what went wrong, if anything did.
  Status finish();
  /// Observations that found no room so far.
  [[nodiscard]] std::uint64_t dropped();

 private:
  void work();

  static constexpr std::size_t kMostWaiting = 200'000;  ///< observations

  RecordingFile file_;
  std::mutex mutex_;  ///< guards what follows
  std::condition_variable changed_;
  std::condition_variable written_;
  std::deque<Batch> waiting_;
  std::size_t waiting_samples_ = 0;
  std::uint64_t dropped_ = 0;
  std::optional<Error> failure_;
  bool closed_ = false;
  std::thread thread_;  ///< last: it uses the others
};

}  // namespace culprit
