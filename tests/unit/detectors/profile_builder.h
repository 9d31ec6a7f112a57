// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "aggregation/profile.h"
#include "detectors/finding.h"

namespace culprit::test {

/// Functions from the outermost on: "main", "connect@libc.so.6", "k:tcp_v4_connect".
using Path = std::vector<std::string>;

/// A thread as a person would describe it. Times are seconds since the window's start.
struct ThreadSpec {
  WorkloadIndex workload;
  std::uint32_t pid = 100;
  std::uint32_t tid = 0;  ///< 0: the process's first thread
  std::string comm = "app";
  double from = 0, until = 10;
  double running = 1, waiting = 0;  ///< of that time
  std::uint64_t voluntary_switches = 0;
  std::vector<Path> paths = {{"_start", "main", "work"}};  ///< share its samples evenly
  std::map<std::int32_t, double> in_syscall = {};          ///< share of the samples, by number
};

struct ProcessSpec {
  WorkloadIndex workload;
  std::uint32_t pid = 100;
  std::uint32_t parent = 1;
  std::string comm = "app";
  double age_seconds = 300;
  double lifetime_cpu_seconds = 0;
};

struct ConnectSpec {
  WorkloadIndex workload;
  std::vector<std::uint32_t> pids = {100};
  Endpoint endpoint = {
      .protocol = Protocol::Tcp, .network_namespace = 1, .address = "172.18.0.3", .port = 3306};
  ConnectOutcome outcome = ConnectOutcome::Refused;
  std::uint32_t per_second = 400;
  std::vector<Path> stacks = {{"_start", "main", "retry", "connect@libc.so.6"}};
};

struct WriteSpec {
  WorkloadIndex workload;
  std::vector<std::uint32_t> pids = {100};
  WriteTarget target = WriteTarget::Stdout;
  std::string path;
  bool append = false;
  double calls_per_second = 20000;
  double bytes_per_call = 100;
  double text_share = 1;
  double ends_line_share = 1;   ///< of the text
  double inner_line_bytes = 0;  ///< 0: no newline inside of a write
  double syncs_per_second = 0;
  std::vector<Path> stacks = {{"_start", "main", "chatter", "write@libc.so.6"}};
};

/// Puts a Profile together the way aggregation would: samples, cores and totals agree.
class ProfileBuilder {
 public:
  explicit ProfileBuilder(double seconds = 10, std::uint32_t cpus = 2);

  WorkloadIndex container(const std::string& name, const std::string& service = "");
  WorkloadIndex kernel(const std::string& activity, double cores);

  void thread(const ThreadSpec& spec);
  void process(const ProcessSpec& spec);
  void syscall(std::uint32_t pid, const std::string& name, double per_second,
               std::uint16_t error = 0, bool returned_zero = false, std::uint32_t tid = 0);
  void connects(const ConnectSpec& spec);
  void writes(const WriteSpec& spec);
  void exchanges(WorkloadIndex workload, std::uint32_t pid, double per_second, bool client,
                 double same_sizes_share = 1);
  void listen(WorkloadIndex workload, std::uint32_t pid, std::uint16_t port, std::uint32_t waiting,
              std::uint32_t backlog = 128);

  /// For what has no function of its own.
  Profile& raw() { return profile_; }

  /// Totals are filled in; may be called again after changes.
  const Profile& build();

 private:
  CallTree tree_of(const std::vector<Path>& paths, std::uint64_t weight);
  KernelTime at(double second) const;

  Profile profile_;
};

/// The first finding of `kind`, or null.
const Finding* find_kind(const std::vector<Finding>& findings, FindingKind kind);
/// Kinds of all culprits, as names.
std::vector<std::string> culprits_of(const std::vector<Finding>& findings);
/// The function a finding blames; empty without one.
std::string blamed_function(const Profile& profile, const Finding& finding);

}  // namespace culprit::test
