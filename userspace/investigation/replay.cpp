// SPDX-License-Identifier: Apache-2.0
#include "investigation/replay.h"

#include <algorithm>
#include <utility>

#include "aggregation/profile_builder.h"
#include "detectors/all_detectors.h"
#include "detectors/ruled_out.h"
#include "exporters/flame_graph_svg.h"
#include "exporters/folded_exporter.h"
#include "investigation/run_facts_json.h"
#include "report/describe.h"

namespace culprit {
namespace {

struct Replayed {
  Profile profile;
  RecordedRun run;
};

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
  if (!recording.complete()) {
    result.run.facts.limits.push_back(
        {.what = "recording",
         .why = "the recorder was killed: this is what it had written by then",
         .fix = {}});
  }
  return result;
}

bool is_named(const WorkloadProfile& workload, const std::vector<std::string>& wanted) {
  return std::ranges::any_of(wanted, [&](const std::string& name) {
    return workload_name(workload) == name || workload.container.name == name ||
           workload.kernel_activity == name || workload.container.cgroup_path == name ||
           (!name.empty() && workload.container.id.starts_with(name));
  });
}

/// Call sites weighted by what they did instead of by CPU time.
void weigh_by(Profile& profile, const std::string& what) {
  if (what == "cpu") {
    return;
  }
  for (WorkloadProfile& workload : profile.workloads) {
    workload.calls = CallTree();
  }
  const auto calls_of = [&](WorkloadIndex index) -> CallTree& {
    return profile.workloads[index.value()].calls;
  };
  if (what == "write-bytes") {
    for (const WriteActivity& write : profile.writes) {
      calls_of(write.workload).merge(write.calls_tree);
    }
  } else if (what == "connect-failures") {
    for (const ConnectActivity& connect : profile.connects) {
      calls_of(connect.workload).merge(connect.calls);
    }
  }
}

}  // namespace

Result<Report> report_from(const Recording& recording, const RecordingRange& range,
                           double min_confidence) {
  auto read = replayed(recording, range);
  if (!read) {
    return std::move(read).error();
  }
  // What naming the functions lost is known to the run only.
  for (const auto& [cause, count] : read->run.lost) {
    std::uint64_t& lost = read->profile.lost[cause];
    lost = std::max(lost, count);
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
  return report_from(*recording, {}, options.min_confidence);
}

Result<std::string> flame_of_file(const Options& options) {
  auto recording = Recording::open(options.recording);
  if (!recording) {
    return std::move(recording).error();
  }
  RecordingRange range{.from = options.flame.from};
  if (options.flame.to) {
    range.to = *options.flame.to;
  }
  auto read = replayed(*recording, range);
  if (!read) {
    return std::move(read).error().within(options.recording);
  }
  weigh_by(read->profile, options.flame.by);
  if (!options.containers.empty()) {
    for (WorkloadProfile& workload : read->profile.workloads) {
      if (!is_named(workload, options.containers)) {
        workload.calls = CallTree();
      }
    }
  }
  if (options.flame.svg) {
    return host_flame_graph(read->profile);
  }
  std::string text;
  for (const WorkloadProfile& workload : read->profile.workloads) {
    text += folded_stacks(read->profile, workload);
  }
  return text;
}

}  // namespace culprit
