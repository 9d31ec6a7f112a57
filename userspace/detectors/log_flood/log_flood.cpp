// SPDX-License-Identifier: Apache-2.0
#include "detectors/log_flood/log_flood.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/display_text.h"
#include "detectors/advice.h"
#include "detectors/call_cost.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/known_programs.h"
#include "detectors/log_flood/log_stream.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kStrength = 0.75;
constexpr double kRateStrength = 0.5;  // at a hundred times the threshold
constexpr double kOneSiteStrength = 0.3;
constexpr std::size_t kLongestPath = 60;
constexpr std::array<std::string_view, 1> kWriteLosses{"write_map_full"};

/// A stream with all that decides about it.
struct Flood {
  double lines_per_s = 0, records_per_s = 0, bytes_per_s = 0;
  CallSite site;
  BehaviourCost own;
  FindingCost cost;
  std::optional<double> full_in_seconds;
  bool harmful = false;
};

/// A script's ">>" opens the log for each line, which costs more than to write it.
bool opens_for_each_write(const ProfileIndex& index, const LogStream& stream) {
  double opens = 0;
  for (const Pid pid : stream.pids) {
    for (const SyscallActivity* activity : index.syscalls_of(pid)) {
      if (activity->error == 0 && (activity->name == "openat" || activity->name == "open")) {
        opens += static_cast<double>(activity->count);
      }
    }
  }
  const auto writes = static_cast<double>(stream.calls);
  return stream.target == WriteTarget::File && opens >= writes / kOpensPerWrite &&
         opens <= writes * kOpensPerWrite;
}

std::vector<std::string_view> writing_calls(const ProfileIndex& index, const LogStream& stream) {
  std::vector<std::string_view> calls{"write",    "writev", "pwrite64",       "pwritev",
                                      "send",     "sendto", "sendmsg",        "sendmmsg",
                                      "sendfile", "splice", "copy_file_range"};
  if (opens_for_each_write(index, stream)) {
    calls.insert(calls.end(), {"open", "openat", "close", "dup", "dup2", "dup3", "fcntl"});
  }
  return calls;
}

double bytes_to(const Profile& profile, WriteTarget first, WriteTarget second) {
  double bytes = 0;
  for (const WriteActivity& write : profile.writes) {
    if (write.target == first || write.target == second) {
      bytes += static_cast<double>(write.bytes);
    }
  }
  return bytes;
}

bool is_printed(WriteTarget target) {
  return target == WriteTarget::Stdout || target == WriteTarget::Stderr;
}

bool is_sent_to_log_service(WriteTarget target) {
  return target == WriteTarget::Journal || target == WriteTarget::Syslog;
}

bool is_container(const Profile& profile, const LogStream& stream) {
  return profile.workload(stream.workloads.front()).container.kind == WorkloadKind::Container;
}

// Those who carry the lines on work for all writers alike: the stream's part of the bytes.
void add_induced(const ProfileIndex& index, const LogStream& stream, FindingCost& cost) {
  const Profile& profile = index.profile();
  const auto bill = [&](const std::vector<std::string_view>& names, double all_bytes,
                        const char* who, const char* why) {
    const double cores = cores_of_processes(index, names);
    if (cores > 0 && all_bytes > 0) {
      const double share = std::min(1.0, static_cast<double>(stream.bytes) / all_bytes);
      cost.induced.push_back({.who = who, .cores = cores * share, .why = why});
    }
  };
  const double logged = bytes_to(profile, WriteTarget::Journal, WriteTarget::Syslog);
  if (is_printed(stream.target) && is_container(profile, stream)) {
    const double seen = bytes_to(profile, WriteTarget::Stdout, WriteTarget::Stderr);
    bill(log_carriers(), seen + (stream.known_by_copy ? static_cast<double>(stream.bytes) : 0),
         "container engine", "carries what it prints");
  } else if (is_printed(stream.target) || is_sent_to_log_service(stream.target)) {
    bill(log_services(), std::max(logged, static_cast<double>(stream.bytes)), "log service",
         "takes its lines");
  }
}

bool is_flood(double lines_per_s, double bytes_per_s) {
  return lines_per_s >= kFloodLinesPerSecond || bytes_per_s >= kFloodBytesPerSecond;
}

bool fills_disk(const Flood& flood) {
  return flood.full_in_seconds && *flood.full_in_seconds < kDiskFullSeconds;
}

// One call site, or none seen; else more lines than requests could ask for. An access log is
// neither: its one call site is as busy as the server is.
bool is_concentrated(const ProfileIndex& index, const LogStream& stream, const Flood& flood) {
  const double requests = requests_per_s(index, stream.pids);
  if (requests > 0) {
    return flood.records_per_s > kLinesPerRequest * requests;
  }
  return static_cast<double>(flood.site.weight) < kFewestEventStacks ||
         flood.site.share >= kCallSiteShare;
}

Flood measure(const ProfileIndex& index, const LogStream& stream) {
  const Profile& profile = index.profile();
  Flood flood;
  flood.lines_per_s = per_second(profile, stream.lines());
  flood.records_per_s = per_second(profile, stream.records());
  flood.bytes_per_s = per_second(profile, static_cast<double>(stream.bytes));
  if (!is_flood(flood.lines_per_s, flood.bytes_per_s)) {
    return flood;
  }
  flood.site = dearest_call_site(stream.stacks, profile.frames);
  const double buffered_lines =
      stream.writes_whole_lines()
          ? 0
          : flood.lines_per_s - per_second(profile, static_cast<double>(stream.text_calls));
  flood.own =
      price(index, {.pids = stream.pids,
                    .event_stacks = &stream.stacks,
                    .system_calls = writing_calls(index, stream),
                    .most_cores = std::max(flood.lines_per_s * kMostSecondsPerLine,
                                           flood.bytes_per_s / 1e6 * kMostSecondsPerMegabyte),
                    .usual_cores = buffered_lines * kSecondsPerBufferedLine});
  flood.cost.own_cores = flood.own.cores;
  flood.cost.waited_cores = flood.own.waited_cores;
  add_induced(index, stream, flood.cost);
  flood.full_in_seconds = seconds_to_full(profile, stream);
  flood.harmful = flood.cost.total() >= kFloodHarmCores || fills_disk(flood) ||
                  profile.pressure.io_some.value_or(0) >= kFloodIoPressure;
  return flood;
}

FindingTarget target_of(const LogStream& stream) {
  FindingTarget target;
  switch (stream.target) {
    case WriteTarget::Stderr:
      target.kind = TargetKind::Stderr;
      break;
    case WriteTarget::Journal:
      target.kind = TargetKind::Journal;
      break;
    case WriteTarget::Syslog:
      target.kind = TargetKind::Syslog;
      break;
    case WriteTarget::File:
      target.kind = TargetKind::File;
      break;
    default:
      target.kind = TargetKind::Stdout;
      break;
  }
  target.path = stream.path;
  return target;
}

std::string target_text(const LogStream& stream) {
  switch (stream.target) {
    case WriteTarget::Stdout:
      return "stdout";
    case WriteTarget::Stderr:
      return "stderr";
    case WriteTarget::Journal:
      return "the journal";
    case WriteTarget::Syslog:
      return "syslog";
    default:
      return stream.path.empty() ? "a file" : displayable(stream.path, kLongestPath);
  }
}

void add_place_and_disk(const Flood& flood, std::vector<Evidence>& evidence) {
  if (flood.site.weight > 0) {
    evidence.push_back(
        {.key = "call_site_share",
         .value = flood.site.share,
         .unit = "share",
         .comparison = ">=",
         .threshold = kCallSiteShare,
         .source = "sys_exit",
         .estimated = true,
         .error = wilson_half_width(flood.site.share * static_cast<double>(flood.site.weight),
                                    static_cast<double>(flood.site.weight)),
         .text = "from one place in the code"});
  }
  if (flood.full_in_seconds) {
    evidence.push_back(
        {.key = "disk_full_in",
         .value = *flood.full_in_seconds,
         .unit = "s",
         .comparison = "<=",
         .threshold = kDiskFullSeconds,
         .source = "statfs",
         .estimated = true,
         .text = fmt::format("disk full in {:.1f} h", *flood.full_in_seconds / 3600)});
  }
}

std::vector<Evidence> evidence_of(const LogStream& stream, const Flood& flood) {
  std::vector<Evidence> evidence{
      {.key = "lines",
       .value = flood.lines_per_s,
       .unit = "per_s",
       .comparison = ">=",
       .threshold = kFloodLinesPerSecond,
       .source = "sys_exit",
       .text = fmt::format("{:.0f} lines/s", flood.lines_per_s)},
      {.key = "written",
       .value = flood.bytes_per_s,
       .unit = "bytes_per_s",
       .comparison = ">=",
       .threshold = kFloodBytesPerSecond,
       .source = "sys_exit",
       .text = fmt::format("{:.1f} MB/s", flood.bytes_per_s / 1e6)},
      {.key = "text_share",
       .value = stream.text_share(),
       .unit = "share",
       .comparison = ">=",
       .threshold = kTextShare,
       .source = "sys_exit",
       .text = fmt::format("{:.0f} % of the writes are text", 100 * stream.text_share())},
      {.key = "own_cores",
       .value = flood.own.cores,
       .unit = "cores",
       .comparison = "",
       .threshold = std::nullopt,
       .source = "cpu_samples",
       .estimated = flood.own.estimated,
       .text = flood.own.method}};
  add_place_and_disk(flood, evidence);
  return evidence;
}

Confidence judge(const Profile& profile, const LogStream& stream, const Flood& flood) {
  Confidence confidence(kStrength,
                        fmt::format("{:.0f} lines/s, {:.1f} MB/s, {:.0f} % text", flood.lines_per_s,
                                    flood.bytes_per_s / 1e6, 100 * stream.text_share()));
  const double excess =
      std::max(flood.lines_per_s / kFloodLinesPerSecond, flood.bytes_per_s / kFloodBytesPerSecond);
  confidence.support(kRateStrength * std::clamp(std::log10(std::max(1.0, excess)) / 2, 0.0, 1.0),
                     fmt::format("{:.0f} times the threshold", excess));
  if (static_cast<double>(flood.site.weight) < kFewestEventStacks) {
    confidence.lower(0.85, "the calling code was not seen");
  } else if (flood.site.share >= kCallSiteShare) {
    confidence.support(kOneSiteStrength,
                       fmt::format("{:.0f} % of it from one function", 100 * flood.site.share));
  }
  if (flood.own.estimated) {
    confidence.lower(0.95, "its cost is estimated");
  }
  lower_by_sample_loss(confidence, profile, stream.workloads);
  lower_by_event_loss(confidence, profile, stream.workloads, stream.calls, kWriteLosses);
  return confidence;
}

std::vector<Advice> advice_for(const Profile& profile, const LogStream& stream,
                               const Finding& finding) {
  std::vector<Advice> advice = cap_cpu(profile, stream.workloads);
  advice.push_back(
      fix_code(profile, finding.where, "log it once, or lower the log level; limit the rate"));
  if (is_printed(stream.target) && is_container(profile, stream)) {
    advice.push_back({.text = "let the engine rotate: log options max-size=10m, max-file=3",
                      .command = "",
                      .effect = "bounds the disk, not the CPU",
                      .undo = "",
                      .risk = ""});
  }
  return advice;
}

Finding describe(const ProfileIndex& index, const LogStream& stream, const Flood& flood) {
  const Profile& profile = index.profile();
  Finding finding;
  finding.kind = FindingKind::LogFlood;
  finding.workloads = stream.workloads;
  finding.threads = flood.own.threads;
  finding.where = flood.site.share >= kCallSiteShare ? flood.site.path : flood.own.path;
  finding.cost = flood.cost;
  finding.target = target_of(stream);
  finding.headline = fmt::format("{} floods {}: {:.0f} lines/s, {:.1f} MB/s",
                                 group_name(profile, stream.workloads), target_text(stream),
                                 flood.lines_per_s, flood.bytes_per_s / 1e6);
  finding.proof = fmt::format("{:.0f} lines in {:.0f} s, {:.0f} % of them from {}", stream.lines(),
                              profile.seconds(), 100 * flood.site.share,
                              function_text(profile.frames, finding.where));
  if (flood.site.weight == 0) {
    finding.proof = fmt::format("{:.0f} lines in {:.0f} s", stream.lines(), profile.seconds());
  }
  if (fills_disk(flood)) {
    finding.explains = fmt::format("disk full in {:.1f} h", *flood.full_in_seconds / 3600);
  }
  finding.evidence = evidence_of(stream, flood);
  judge(profile, stream, flood).give_to(finding);
  finding.advice = advice_for(profile, stream, finding);
  assign_role(profile, finding, FindingRole::Contributing);
  if (fills_disk(flood)) {
    finding.role = FindingRole::Culprit;  // a full disk takes the host down whatever it costs now
  }
  return finding;
}

}  // namespace

std::vector<Finding> LogFloodDetector::detect(const Profile& profile) const {
  const ProfileIndex index(profile);
  std::vector<Finding> findings;
  for (const LogStream& stream : log_streams(index)) {
    const Flood flood = measure(index, stream);
    if (flood.harmful && is_concentrated(index, stream, flood)) {
      findings.push_back(describe(index, stream, flood));
    }
  }
  return findings;
}

}  // namespace culprit
