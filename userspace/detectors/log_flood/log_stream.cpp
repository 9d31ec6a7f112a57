// SPDX-License-Identifier: Apache-2.0
#include "detectors/log_flood/log_stream.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

using StreamKey = std::tuple<std::string, WriteTarget, std::string>;

bool is_log_place(const WriteActivity& write) {
  switch (write.target) {
    case WriteTarget::Stdout:
    case WriteTarget::Stderr:
    case WriteTarget::Journal:
    case WriteTarget::Syslog:
      return true;
    case WriteTarget::File:
      return write.append;
    default:
      return false;
  }
}

// stdout and stderr are pipes, each container's with a name of its own: what replicas have in
// common is the descriptor, not the name.
StreamKey key_of(const Profile& profile, const WriteActivity& write) {
  const std::string& service = service_of(profile, write.workload);
  return write.target == WriteTarget::File ? StreamKey{service, write.target, write.path}
                                           : StreamKey{service, write.target, ""};
}

void join(LogStream& stream, const WriteActivity& write) {
  stream.target = write.target;
  if (stream.path.empty()) {
    stream.path = write.path;
  }
  add_workload(stream.workloads, write.workload);
  for (const Pid pid : write.pids) {
    if (std::ranges::find(stream.pids, pid) == stream.pids.end()) {
      stream.pids.push_back(pid);
    }
  }
  stream.calls += write.calls;
  stream.bytes += write.bytes;
  stream.text_calls += write.text_calls;
  stream.printable_calls += write.printable_calls;
  stream.inner_bytes += write.inner_bytes;
  stream.inner_newlines += write.inner_newlines;
  stream.syncs += write.syncs;
  stream.stacks.merge(write.calls_tree);
  if (write.disk_free_bytes) {
    stream.disk_free_bytes =
        std::min(stream.disk_free_bytes.value_or(*write.disk_free_bytes), *write.disk_free_bytes);
  }
}

bool is_printed(const LogStream& stream) {
  return stream.target == WriteTarget::Stdout || stream.target == WriteTarget::Stderr;
}

/// Engines name the file after the container, Kubernetes after the pod. Short ids are names that
/// people choose: one could be part of any path.
bool is_log_file_of(const Container& container, const std::string& path) {
  constexpr std::size_t kShortestDrawnId = 32;
  const auto has = [&](const std::string& part) { return path.find(part) != std::string::npos; };
  return (container.id.size() >= kShortestDrawnId && has(container.id)) ||
         (!container.pod.empty() && has("/" + container.pod_namespace + "_" + container.pod + "_"));
}

bool is_of_container(const Profile& profile, const LogStream& log) {
  return std::ranges::any_of(log.workloads, [&](WorkloadIndex index) {
    return profile.workload(index).container.kind == WorkloadKind::Container;
  });
}

bool is_copy_of(const Profile& profile, const LogStream& copy, const LogStream& printed) {
  return copy.target == WriteTarget::File && is_printed(printed) &&
         !is_of_container(profile, copy) &&
         std::ranges::any_of(printed.workloads, [&](WorkloadIndex index) {
           return is_log_file_of(profile.workload(index).container, copy.path);
         });
}

/// The container whose output is kept in this file.
std::optional<WorkloadIndex> printer_of(const Profile& profile, const std::string& path) {
  std::optional<WorkloadIndex> dearest;
  for (std::uint32_t i = 0; i < profile.workloads.size(); ++i) {
    const WorkloadProfile& workload = profile.workloads[i];
    if (workload.container.kind == WorkloadKind::Container &&
        is_log_file_of(workload.container, path) &&
        (!dearest || workload.cpu_cores > profile.workload(*dearest).cpu_cores)) {
      dearest = WorkloadIndex(i);
    }
  }
  return dearest;
}

/// Only the busiest containers' calls may have been watched, and who is held up by the engine is
/// not among them. The file tells what it printed; the engine's code and processes do not.
void give_copies_to_printers(const Profile& profile, std::vector<LogStream>& logs) {
  for (LogStream& log : logs) {
    if (log.target != WriteTarget::File || is_of_container(profile, log)) {
      continue;
    }
    if (const auto printer = printer_of(profile, log.path); printer) {
      log.target = WriteTarget::Stdout;
      log.workloads = {*printer};
      log.pids.clear();
      log.stacks = CallTree();
      log.known_by_copy = true;
    }
  }
}

/// What an engine writes down is what a container prints: that one's fault, and that one's disk.
void drop_copies(const Profile& profile, std::vector<LogStream>& logs) {
  // Found first and removed then: what is being removed from must not be looked at.
  std::set<std::string> copies;
  for (const LogStream& copy : logs) {
    for (LogStream& printed : logs) {
      if (is_copy_of(profile, copy, printed)) {
        printed.disk_free_bytes = copy.disk_free_bytes;
        copies.insert(copy.path);
      }
    }
  }
  std::erase_if(logs, [&](const LogStream& log) {
    return log.target == WriteTarget::File && copies.contains(log.path);
  });
}

/// Reads about what it writes: tr, sed, zcat. What serves requests reads those.
bool is_fed(const ProfileIndex& index, const LogStream& stream) {
  double read = 0;
  double written = 0;
  for (const Pid pid : stream.pids) {
    for (const ThreadProfile* thread : index.threads_of(pid)) {
      read += static_cast<double>(thread->read_bytes);
      written += static_cast<double>(thread->written_bytes);
    }
  }
  return written > 0 && read >= kFedShare * written && requests_per_s(index, stream.pids) == 0;
}

/// Lines written one by one are a log. Those in blocks, as C's stdio and Java's and Go's writers
/// make them, and those in pieces, as Python's print does, could be a filter's output as well.
bool is_log_shaped(const ProfileIndex& index, const LogStream& stream) {
  if (stream.text_share() < kTextShare) {
    return false;
  }
  if (stream.writes_whole_lines()) {
    return true;
  }
  return static_cast<double>(stream.bytes) <= kLongestLineBytes * stream.lines() &&
         (stream.target != WriteTarget::File || !is_fed(index, stream));
}

double share_of(std::uint64_t part, std::uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

double LogStream::text_share() const {
  return share_of(printable_calls, calls);
}

bool LogStream::writes_whole_lines() const {
  return share_of(text_calls, calls) >= kTextShare;
}

double LogStream::lines() const {
  return static_cast<double>(text_calls) +
         share_of(inner_newlines, inner_bytes) * static_cast<double>(bytes);
}

double LogStream::records() const {
  return writes_whole_lines() ? static_cast<double>(text_calls) : lines();
}

std::vector<LogStream> log_streams(const ProfileIndex& index) {
  const Profile& profile = index.profile();
  std::map<StreamKey, std::vector<const WriteActivity*>> groups;
  for (const WriteActivity& write : profile.writes) {
    if (is_log_place(write) && can_be_culprit(profile, write.workload)) {
      groups[key_of(profile, write)].push_back(&write);
    }
  }
  std::vector<LogStream> logs;
  for (const auto& [key, rows] : groups) {
    const auto calls = [](const WriteActivity& write) { return static_cast<double>(write.calls); };
    LogStream stream;
    for (const WriteActivity* write : rows_of_real_members(rows, calls)) {
      join(stream, *write);
    }
    const bool synced = per_second(profile, static_cast<double>(stream.syncs)) >= kSyncsPerSecond;
    if (!synced && is_log_shaped(index, stream)) {
      sort_by_cores(profile, stream.workloads);
      logs.push_back(std::move(stream));
    }
  }
  drop_copies(profile, logs);
  give_copies_to_printers(profile, logs);
  return logs;
}

double requests_per_s(const ProfileIndex& index, const std::vector<Pid>& pids) {
  double exchanges = 0;
  double accepts = 0;
  for (const ExchangeActivity& exchange : index.profile().exchanges) {
    if (!exchange.client && std::ranges::find(pids, exchange.pid) != pids.end()) {
      exchanges += static_cast<double>(exchange.exchanges);
    }
  }
  for (const Pid pid : pids) {
    for (const SyscallActivity* activity : index.syscalls_of(pid)) {
      if (activity->error == 0 && (activity->name == "accept" || activity->name == "accept4")) {
        accepts += static_cast<double>(activity->count);
      }
    }
  }
  // One request without keep-alive is one accept and one exchange.
  return per_second(index.profile(), std::max(exchanges, accepts));
}

std::optional<double> seconds_to_full(const Profile& profile, const LogStream& stream) {
  const double rate = per_second(profile, static_cast<double>(stream.bytes));
  if (!stream.disk_free_bytes || rate <= 0) {
    return std::nullopt;
  }
  return static_cast<double>(*stream.disk_free_bytes) / rate;
}

}  // namespace culprit
