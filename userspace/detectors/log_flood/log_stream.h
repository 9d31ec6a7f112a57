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
  CallTree stacks;
  std::optional<std::uint64_t> disk_free_bytes;  ///< the least of its file systems

  [[nodiscard]] double text_share() const;
};

/// Streams that are logs by their shape and place: line by line, appended, not synced; to stdout
/// or stderr, the journal, syslog or a file opened for append. Whatever their rate. Files in which
/// an engine keeps what a container prints are no streams of their own.
std::vector<LogStream> log_streams(const ProfileIndex& index);

/// Requests that the processes of `pids` served per second: an access log has a line for each.
double requests_per_s(const ProfileIndex& index, const std::vector<Pid>& pids);

/// Seconds until the stream alone has filled its disk; none when it is on no known disk.
std::optional<double> seconds_to_full(const Profile& profile, const LogStream& stream);

}  // namespace culprit
