// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aggregation/profile.h"
#include "detectors/finding.h"
#include "report/cpu_shares.h"

namespace culprit {

/// A hook that answers one question, and what it stands in for when it is second choice.
struct HookInUse {
  std::string question;     ///< "cpu samples", "system calls", "connections", ...
  std::string hook;         ///< "perf_event cpu-clock", "raw_tp sys_exit", ...
  std::string fallback_of;  ///< empty when it is the first choice
};

/// Something that could not be observed: a degraded hook, an unread runtime, a missing right.
struct Limit {
  std::string what;
  std::string why;
  std::string fix;
};

/// What culprit itself cost.
struct Overhead {
  double own_cpu_share = 0;  ///< of one CPU, while sampling; without the helpers
  /// Besides: loading the programs, names and unwind tables of files (the helpers, whenever they
  /// work), detectors, report.
  double one_off_cpu_seconds = 0;
  /// The most that was resident of the program, but for pages of the maps, plus that of its
  /// helpers.
  std::uint64_t rss_bytes = 0;
  std::uint64_t map_bytes = 0;  ///< kernel memory of the BPF maps
  double bpf_cpu_share = 0;     ///< run time of all programs, of one CPU; billed to others
  double bpf_ns_per_sample = 0;
  double bpf_ns_per_syscall = 0;
};

enum class VerdictResult : std::uint8_t { Culprit, Resource, Inconclusive, Healthy };

struct Verdict {
  VerdictResult result = VerdictResult::Inconclusive;
  std::string headline;
  std::string finding_id;  ///< empty without a finding
};

/// A finding with its place in the ranking and an id that stays the same from run to run.
struct RankedFinding {
  std::string id;
  std::uint32_t rank = 0;  ///< 1 is the worst
  Finding finding;
  std::vector<std::string> caused_by;  ///< ids
};

/// What the run knew about itself, handed over by main.
struct RunFacts {
  std::string version;
  std::vector<std::string> arguments;
  std::vector<HookInUse> hooks;
  std::vector<Limit> limits;
  Overhead overhead;
  bool interrupted = false;
};

/// The whole result: what the exporters turn into bytes. A value; knows no format.
struct Report {
  RunFacts run;
  Profile profile;
  Verdict verdict;
  std::vector<RankedFinding> findings;  ///< culprits by rank, then contributing, then context
  std::vector<RuledOut> ruled_out;
  std::uint64_t lost_samples = 0;
  double lost_share = 0;       ///< samples that should have come and did not, 0..1
  bool lost_too_much = false;  ///< more than ReportOptions::max_lost_share
  std::size_t left_out = 0;    ///< findings below ReportOptions::min_confidence
  std::vector<CpuShare> cpu;   ///< who had the CPUs; adds up to their number
};

struct ReportOptions {
  double min_confidence = 0.3;
  /// Above this share of lost samples a window without a culprit proves nothing.
  double max_lost_share = 0.05;
};

/// Ranks by cost times confidence, links causes, decides the verdict. Findings whose indices are
/// referred to by `Finding::caused_by` are those of `findings` as handed over. Pure.
Report build_report(Profile profile, std::vector<Finding> findings, std::vector<RuledOut> ruled_out,
                    RunFacts run, const ReportOptions& options);

}  // namespace culprit
