// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "aggregation/activity_assembly.h"
#include "aggregation/counting.h"
#include "aggregation/write_target.h"

namespace culprit {
namespace {

/// How many files the free space is asked for: the floods are among the first.
constexpr std::size_t kMostFilesAskedFor = 64;

/// All that one workload wrote to one file object.
struct WriteSum {
  WriteRow row;
  std::set<Pid> pids;
  CallTree calls;
};

WriteTarget target_of(const BuildContext& context, WorkloadIndex workload, FileObject object,
                      const WrittenObject& written) {
  const Container& container = context.workloads.profiles()[workload.value()].container;
  const bool may_be_stream = container.kind == WorkloadKind::Container && written.standard_stream;
  std::optional<bool> engine_reads;
  if (may_be_stream && context.sources.engine_reads) {
    engine_reads = context.sources.engine_reads(container, object.inode);
  }
  return classify_write_target(written, container.kind, engine_reads);
}

WriteActivity activity_of(const BuildContext& context, WorkloadIndex workload, FileObject object,
                          WriteSum sum) {
  WriteActivity activity;
  activity.workload = workload;
  activity.pids = listed(sum.pids);
  activity.inode = object.inode;
  activity.device = object.device;
  if (object == FileObject{}) {
    activity.path = "other file objects";
  } else {
    activity.target = target_of(context, workload, object, sum.row.object);
    activity.path = std::move(sum.row.object.path);
    activity.append = sum.row.object.append;
  }
  activity.calls = sum.row.calls;
  activity.bytes = sum.row.bytes;
  activity.text_calls = sum.row.text_calls;
  activity.printable_calls = sum.row.printable_calls;
  activity.inner_bytes = sum.row.inner_bytes;
  activity.inner_newlines = sum.row.inner_newlines;
  activity.syncs = sum.row.syncs;
  activity.failures = sum.row.failures;
  activity.last_error = sum.row.last_error;
  activity.bytes_per_second = sum.row.bytes_by_second.dense(context.seconds);
  activity.calls_tree = std::move(sum.calls);
  return activity;
}

void ask_for_free_space(const ProfileSources& sources, std::vector<WriteActivity>& writes) {
  std::size_t asked = 0;
  for (WriteActivity& activity : writes) {
    if (activity.target == WriteTarget::File && asked < kMostFilesAskedFor) {
      activity.disk_free_bytes = sources.disk_free_of(activity);
      ++asked;
    }
  }
}

}  // namespace

void assemble_writes(BuildContext& context) {
  std::map<std::pair<WorkloadIndex, FileObject>, WriteSum> sums;
  for (const auto& [key, row] : context.seen.writes.rows()) {
    WriteSum& sum = sums[{context.workloads.of(key.cgroup, key.pid), key.object}];
    sum.row.merge(row);
    sum.pids.insert(key.pid);
    sum.calls.merge(tree_of(context, key.cgroup, row.stacks));
  }
  std::map<WorkloadIndex, std::uint64_t> bytes;
  std::vector<WriteActivity>& writes = context.profile.writes;
  for (auto& [group, sum] : sums) {
    writes.push_back(activity_of(context, group.first, group.second, std::move(sum)));
    std::uint64_t& total = bytes[group.first];
    total = saturating_sum(total, writes.back().bytes);
  }
  for (const auto& [workload, count] : bytes) {
    context.workloads.profiles()[workload.value()].write_bytes_per_s = context.rate(count);
  }
  std::stable_sort(writes.begin(), writes.end(),
                   [](const WriteActivity& left, const WriteActivity& right) {
                     return std::pair(left.bytes, left.calls) > std::pair(right.bytes, right.calls);
                   });
  if (context.sources.disk_free_of) {
    ask_for_free_space(context.sources, writes);
  }
}

}  // namespace culprit
