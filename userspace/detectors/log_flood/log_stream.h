// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "detectors/call_paths.h"
#include "detectors/finding.h"
#include "detectors/profile_index.h"

namespace culprit {

/// What one service writes to one kind of log: stdout of all its replicas, or a file by its path.
struct LogStream {
  WriteTarget target = WriteTarget::Stdout;
  std::string path;
  std::vector<WorkloadIndex> workloads;
  std::vector<Pid> pids;
  std::uint64_t calls = 0, bytes = 0, text_calls = 0, syncs = 0;
  std::uint64_t printable_calls = 0, inner_bytes = 0, inner_newlines = 0;
  CallTree stacks;
  bool known_by_copy = false;                    ///< only what the engine keeps of it was seen
  std::optional<std::uint64_t> disk_free_bytes;  ///< the least of its file systems

  [[nodiscard]] double text_share() const;
  /// Nearly every write ends a line.
  [[nodiscard]] bool writes_whole_lines() const;
  /// Writes that end a line, and an estimate of the lines inside of writes.
  [[nodiscard]] double lines() const;
  /// What was written in one piece, one or many lines; lines where pieces are not told apart.
  [[nodiscard]] double records() const;
};

/// Streams that are logs by their shape and place: lines of text, appended, not synced; to stdout
/// or stderr, the journal, syslog or a file opened for append. Whatever their rate. A file in
/// which an engine keeps what a container prints is that container's. What a filter appends to a
/// file is no log.
std::vector<LogStream> log_streams(const ProfileIndex& index);

/// Requests that the processes of `pids` served per second: an access log has a line for each.
double requests_per_s(const ProfileIndex& index, const std::vector<Pid>& pids);

/// Seconds until the stream alone has filled its disk; none when it is on no known disk.
std::optional<double> seconds_to_full(const Profile& profile, const LogStream& stream);

}  // namespace culprit
