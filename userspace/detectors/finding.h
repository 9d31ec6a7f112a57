// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aggregation/profile.h"

namespace culprit {

enum class FindingRole : std::uint8_t { Culprit, Contributing, Context };

/// The closed, versioned list of what can be said.
enum class FindingKind : std::uint8_t {
  RunawayLoop,
  BusyPoll,
  RetryStorm,
  RequestStorm,
  LogFlood,
  ProcessStorm,
  RestartLoop,
  MemoryThrash,
  LockContention,
  KernelWork,
  CpuStarved,
  LongComputation,
  HotPath,
  NoLimits,
  Throttled,
  GenerationsOverlap,
  StartOrder,
  SigtermIgnored,
  SimultaneousStart,
  BuildOnHost,
  MemoryGrowth,
  DescriptorGrowth,
  DiskFilling,
  DestinationDown,
};

/// "runaway_loop" and so on: stable names for scripts.
std::string_view kind_name(FindingKind kind);
/// Empty when `name` is no kind.
std::optional<FindingKind> kind_from_name(std::string_view name);

/// One number that speaks for a finding. `estimated` ones carry their error.
struct Evidence {
  std::string key;  ///< snake_case, stable
  double value = 0;
  std::string unit;        ///< "share", "per_s", "cores", "bytes_per_s", "s", "" for counts
  std::string comparison;  ///< ">=", "<=", "" when there is no threshold
  std::optional<double> threshold;
  std::string source;  ///< "cpu_samples", "sys_exit", "inet_sock_set_state", "cgroup", ...
  bool estimated = false;
  std::optional<double> error;  ///< half width of the 95 % interval
  std::string text;             ///< for humans: "988 of 990 samples below it"
};

/// CPU that a behaviour costs somewhere else: the engine that carries a flood, the refusing peer.
struct InducedCost {
  std::string who;
  double cores = 0;
  std::string why;
};

struct FindingCost {
  double own_cores = 0;
  std::vector<InducedCost> induced;
  /// CPU that the same threads wanted besides and waited for: what a crowd hides. No cost, so not
  /// in total(); only the gate looks at it.
  double waited_cores = 0;

  [[nodiscard]] double total() const {
    double sum = own_cores;
    for (const InducedCost& cost : induced) {
      sum += cost.cores;
    }
    return sum;
  }
};

enum class TargetKind : std::uint8_t { Tcp, Udp, Unix, File, Stdout, Stderr, Journal, Syslog };

/// What a storm or flood is aimed at.
struct FindingTarget {
  TargetKind kind = TargetKind::Tcp;
  std::string address;
  std::uint16_t port = 0;
  std::string path;
  std::string hostname;
  std::string hostname_source;
  std::string container;  ///< name of the workload that listens there, when on this host
};

struct FindingThread {
  ProcessKey process;
  Tid tid;
};

/// Something to do about it. `command` and `undo` hold only ids and [A-Za-z0-9_.-].
struct Advice {
  std::string text;
  std::string command;
  std::string effect;
  std::string undo;
  std::string risk;
};

/// One statement about one group of workloads. Pure data, made by detectors from a Profile.
struct Finding {
  FindingRole role = FindingRole::Culprit;
  FindingKind kind = FindingKind::HotPath;
  double confidence = 0;
  std::vector<std::string> confidence_reasons;
  std::vector<WorkloadIndex> workloads;  ///< the group's members; the first is the dearest
  std::vector<FindingThread> threads;
  std::vector<FrameId> where;  ///< outermost first; the last is the frame to blame
  std::string headline;        ///< "backend-2 loops without end"
  std::string proof;           ///< one line: "988 of 990 samples below it; 0 useful syscalls"
  std::string explains;        ///< "port 5000: 129 of 128 connections wait unaccepted"
  std::optional<FindingTarget> target;
  FindingCost cost;
  std::vector<Evidence> evidence;
  std::vector<std::size_t> caused_by;  ///< indices into the list of findings of this window
  std::vector<Advice> advice;
};

/// A kind that was looked for and not found, with the numbers that say so.
struct RuledOut {
  FindingKind kind = FindingKind::HotPath;
  std::string what;  ///< "memory pressure", "swap", "disk"
  std::string why;   ///< "PSI full 0.2 %"
  std::vector<Evidence> evidence;
};

/// Looks for one kind of trouble (or a family). Pure: the same profile gives the same findings.
class Detector {
 public:
  Detector() = default;
  Detector(const Detector&) = delete;
  Detector& operator=(const Detector&) = delete;
  Detector(Detector&&) = delete;
  Detector& operator=(Detector&&) = delete;
  virtual ~Detector() = default;

  [[nodiscard]] virtual std::vector<Finding> detect(const Profile& profile) const = 0;
};

}  // namespace culprit
