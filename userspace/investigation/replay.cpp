// SPDX-License-Identifier: Apache-2.0
#include "investigation/replay.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aggregation/profile_builder.h"
#include "base/unique_fd.h"
#include "capture/stack_text.h"
#include "comparison/workload_choice.h"
#include "detectors/all_detectors.h"
#include "detectors/ruled_out.h"
#include "exporters/flame_graph_svg.h"
#include "exporters/folded_exporter.h"
#include "investigation/run_limits.h"
#include "report/describe.h"

namespace culprit {
namespace {

using Scale = std::function<std::uint64_t(std::uint64_t)>;

/// The paths with other weights; a path whose weight becomes 0 is left out.
void add_scaled(CallTree& to, const CallTree& calls, const Scale& scale) {
  calls.for_each_path([&](std::span<const FrameId> path, std::uint64_t weight) {
    if (const std::uint64_t scaled = scale(weight); scaled > 0) {
      to.add(path, scaled);
    }
  });
}

/// Of `amount`, the part of a path that has `weight` of `total`.
Scale part_of(std::uint64_t amount, std::uint64_t total) {
  return [factor = total == 0 ? 0 : static_cast<double>(amount) / static_cast<double>(total)](
             std::uint64_t weight) {
    return static_cast<std::uint64_t>(std::llround(factor * static_cast<double>(weight)));
  };
}

bool has_failed(ConnectOutcome outcome) {
  switch (outcome) {
    case ConnectOutcome::Refused:
    case ConnectOutcome::TimedOut:
    case ConnectOutcome::Unreachable:
    case ConnectOutcome::Reset:
    case ConnectOutcome::Absent:
    case ConnectOutcome::BacklogFull:
    case ConnectOutcome::DnsNoName:
    case ConnectOutcome::DnsFailed:
    case ConnectOutcome::OtherError:
      return true;
    default:
      return false;
  }
}

std::uint64_t failures_of(const ConnectActivity& connect) {
  std::uint64_t failures = 0;
  for (const auto& [outcome, count] : connect.outcomes) {
    failures += has_failed(outcome) ? count : 0;
  }
  return failures;
}

/// What ran in the kernel, below the calls that went there.
CallTree kernel_paths(const CallTree& calls, const FrameTable& frames) {
  CallTree kept;
  calls.for_each_path([&](std::span<const FrameId> path, std::uint64_t weight) {
    if (std::ranges::any_of(path,
                            [&](FrameId id) { return frames.at(id).kind == FrameKind::Kernel; })) {
      kept.add(path, weight);
    }
  });
  return kept;
}

/// Call sites weighted by what they did instead of by CPU time.
void weigh_by(Profile& profile, const std::string& what) {
  if (what == "cpu") {
    return;
  }
  std::vector<CallTree> weighed(profile.workloads.size());
  if (what == "syscalls") {
    for (std::size_t index = 0; index < weighed.size(); ++index) {
      weighed[index] = kernel_paths(profile.workloads[index].calls, profile.frames);
    }
  } else if (what == "write-bytes") {
    for (const WriteActivity& write : profile.writes) {
      add_scaled(weighed[write.workload.value()], write.calls_tree,
                 part_of(write.bytes, write.calls_tree.total()));
    }
  } else {
    for (const ConnectActivity& connect : profile.connects) {
      add_scaled(weighed[connect.workload.value()], connect.calls,
                 part_of(failures_of(connect), connect.calls.total()));
    }
  }
  for (std::size_t index = 0; index < weighed.size(); ++index) {
    profile.workloads[index].calls = std::move(weighed[index]);
  }
}

/// Leaves only what was asked for; all when nobody was.
Status choose(Profile& profile, const std::vector<std::string>& wishes) {
  std::set<std::string> names;
  std::set<std::string_view> met;
  for (WorkloadProfile& workload : profile.workloads) {
    bool chosen = wishes.empty();
    for (const std::string& wish : wishes) {
      if (is_chosen(workload, wish)) {
        met.insert(wish);
        chosen = true;
      }
    }
    if (workload.samples > 0) {
      names.insert(workload_name(workload));
    }
    if (!chosen) {
      workload.calls = CallTree();
    }
  }
  for (const std::string& wish : wishes) {
    if (!met.contains(wish)) {
      return Error(nobody_is(wish, names));
    }
  }
  return Success{};
}

std::string drawn(const Profile& profile, const FlameOptions& options) {
  if (options.svg) {
    return host_flame_graph(profile);
  }
  std::string text;
  for (const WorkloadProfile& workload : profile.workloads) {
    text += folded_stacks(profile, workload);
  }
  return text;
}

Result<Flames> flames_of_recording(const Options& options) {
  auto recording = Recording::open(options.recording);
  if (!recording) {
    return std::move(recording).error();
  }
  RecordingRange range{.from = options.flame.from};
  if (range.from >= recording->length()) {
    return Error(fmt::format("{}: it is {:.1f} s long, so nothing is left from {:.1f} s on",
                             options.recording, seconds_of(recording->length()),
                             seconds_of(range.from)));
  }
  if (options.flame.to) {
    range.to = *options.flame.to;
  }
  auto read = replayed(*recording, range);
  if (!read) {
    return std::move(read).error().within(options.recording);
  }
  weigh_by(read->profile, options.flame.by);
  if (auto chosen = choose(read->profile, options.containers); !chosen) {
    return std::move(chosen).error().within(options.recording);
  }
  return Flames{.bytes = drawn(read->profile, options.flame), .note = {}};
}

/// Text knows nothing of containers and times.
Result<Flames> flames_of_text(const Options& options) {
  if (!options.containers.empty() || options.flame.by != "cpu" || options.flame.to ||
      options.flame.from.count() != 0) {
    return Error(options.recording +
                 ": --container, --from, --to and --by need a recording, and this is text");
  }
  auto text = read_stack_text(options.recording);
  if (!text) {
    return std::move(text).error();
  }
  Flames flames;
  if (text->unread_lines() > 0) {
    flames.note = fmt::format("{}: {} lines were no stacks and are left out", options.recording,
                              text->unread_lines());
  }
  flames.bytes = options.flame.svg ? flame_graph_of(text->calls(), text->frames())
                                   : folded_stacks(text->calls(), text->frames());
  return flames;
}

}  // namespace

Result<Replayed> replayed(const Recording& recording, const RecordingRange& range) {
  RecordingHead head = recording.head();
  ProfileSources sources = recording.sources();
  const KernelTime start = head.window.start_time;
  if (range.to) {
    sources.until = std::min(*sources.until, start + *range.to);
  }
  head.window.start += std::chrono::duration_cast<std::chrono::system_clock::duration>(range.from);
  head.window.start_time = start + range.from;
  ProfileBuilder builder(std::move(head.host), std::move(head.window), head.events);
  if (auto read = recording.replay(range, builder); !read) {
    return std::move(read).error();
  }
  Replayed result{.profile = builder.build(sources), .run = recorded_run(recording.fact("run"))};
  // What naming the functions lost is known to the run only.
  for (const auto& [cause, count] : result.run.lost) {
    std::uint64_t& lost = result.profile.lost[cause];
    lost = std::max(lost, count);
  }
  if (!recording.complete()) {
    result.run.facts.limits.push_back(
        {.what = "recording",
         .why =
             "the recorder was killed, or its disk was full: this is what it had written by then",
         .fix = {}});
  }
  if (recording.dropped() > 0) {
    result.run.facts.limits.push_back(dropped_limit(recording.dropped()));
  }
  return result;
}

Result<bool> is_recording(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, kMagic.size()> begin{};
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.valid()) {
    return Error::from_errno("open " + path, errno);
  }
  // A pipe would lose these bytes; it cannot be a recording either.
  const ssize_t got = ::pread(file.get(), begin.data(), begin.size(), 0);
  return got == static_cast<ssize_t>(begin.size()) &&
         std::string_view(begin.data(), begin.size()) == kMagic;
}

Result<Report> report_from(const Recording& recording, const RecordingRange& range,
                           double min_confidence) {
  auto read = replayed(recording, range);
  if (!read) {
    return std::move(read).error();
  }
  auto findings = run_detectors(read->profile);
  auto ruled_out = rule_out(read->profile, findings);
  return build_report(std::move(read->profile), std::move(findings), std::move(ruled_out),
                      std::move(read->run.facts), {.min_confidence = min_confidence});
}

Result<Report> report_of_file(const Options& options) {
  auto recording = Recording::open(options.recording);
  if (!recording) {
    return std::move(recording).error();
  }
  const double min_confidence =
      options.min_confidence_given ? options.min_confidence : recording->head().min_confidence;
  auto report = report_from(*recording, {}, min_confidence);
  if (!report) {
    return std::move(report).error().within(options.recording);
  }
  return report;
}

Result<Flames> flames_of_file(const Options& options) {
  auto recorded = is_recording(options.recording);
  if (!recorded) {
    return std::move(recorded).error();
  }
  return *recorded ? flames_of_recording(options) : flames_of_text(options);
}

}  // namespace culprit
