// SPDX-License-Identifier: Apache-2.0
#include "aggregation/sample_assembly.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "aggregation/counting.h"
#include "aggregation/limits.h"
#include "aggregation/special_frames.h"
#include "base/display_text.h"

namespace culprit {
namespace {

constexpr std::size_t kLongestComm = 64;

StackUse use_of(const Observations& seen, const SampleKey& key) {
  StackUse use{.hash = key.stack, .process = {}, .address_space = key.address_space};
  if (key.thread != kNoThread) {
    use.process = seen.samples.threads()[key.thread].process;
  }
  return use;
}

std::string_view name_of(StackEnd end) {
  switch (end) {
    case StackEnd::Complete:
      return "complete";
    case StackEnd::DepthLimit:
      return "depth_limit";
    case StackEnd::Unreadable:
      return "unreadable";
    case StackEnd::Implausible:
      return "implausible";
    case StackEnd::NoRegisters:
      return "no_registers";
    case StackEnd::NoUnwindRows:
      return "no_unwind_rows";
    case StackEnd::NoMapping:
      return "no_mapping";
    case StackEnd::Unsupported:
      return "unsupported";
    case StackEnd::Copied:
      return "copied";
    case StackEnd::CopyLost:
      return "copy_lost";
    case StackEnd::LostRegister:
      return "lost_register";
    case StackEnd::TablePending:
      return "table_pending";
    case StackEnd::CopyTooShort:
      return "copy_too_short";
  }
  return "unknown";
}

std::chrono::nanoseconds nanoseconds_of(std::uint64_t count) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(count, kMost)));
}

/// One thread while its rows are added up.
struct ThreadSum {
  ThreadProfile profile;
  SecondCounts seconds;
  std::map<WorkloadIndex, std::uint64_t> samples_in;
};

/// Most samples first; `order` says where each thread was before and is moved along.
void sort_by_samples(std::vector<ThreadProfile>& threads, std::vector<std::uint32_t>& order) {
  std::vector<std::size_t> places(threads.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&threads](std::size_t left, std::size_t right) {
    return threads[left].samples > threads[right].samples;
  });
  std::vector<ThreadProfile> sorted;
  std::vector<std::uint32_t> sorted_order;
  for (const std::size_t place : places) {
    sorted.push_back(std::move(threads[place]));
    sorted_order.push_back(order[place]);
  }
  threads = std::move(sorted);
  order = std::move(sorted_order);
}

/// Adds rows of samples to workloads and threads.
class Placement {
 public:
  explicit Placement(BuildContext& context);

  void place(const SampleKey& key, const SampleRow& row);
  SampleTotals finish();

 private:
  [[nodiscard]] WorkloadIndex workload_of(const SampleKey& key, const NamedStack& stack) const;
  [[nodiscard]] static bool in_softirq(const SampleKey& key, const NamedStack& stack);
  void count_quality(const SampleKey& key, const SampleRow& row, const NamedStack& stack);
  void count_context(const SampleKey& key, bool softirq, std::uint64_t samples);
  CallTree::NodeIndex add_to_workload(const SampleKey& key, const SampleRow& row,
                                      WorkloadIndex workload, std::span<const FrameId> frames);
  void add_to_thread(const SampleKey& key, const SampleRow& row, WorkloadIndex workload,
                     std::span<const FrameId> frames);
  FrameId process_frame_of(std::uint32_t thread);
  void finish_threads();
  void number_stack_threads(const std::vector<std::uint32_t>& order);

  BuildContext& context_;
  WorkloadIndex softirq_, irq_, kernel_threads_;
  SampleTotals totals_;
  std::vector<ThreadSum> threads_;
  std::vector<SecondCounts> workload_seconds_;
  std::map<ProcessKey, std::string> leader_names_;
  std::map<ProcessKey, FrameId> process_frames_;
  std::vector<FrameId> path_;  ///< reused for each row
};

Placement::Placement(BuildContext& context)
    : context_(context),
      softirq_(context.workloads.kernel_activity(kSoftirqActivity)),
      irq_(context.workloads.kernel_activity(kIrqActivity)),
      kernel_threads_(context.workloads.kernel_activity(kKernelThreadsActivity)),
      threads_(context.seen.samples.threads().size()),
      workload_seconds_(context.workloads.profiles().size()) {
  totals_.by_workload.resize(workload_seconds_.size());
  totals_.own_inside.resize(workload_seconds_.size());
  for (const SampledThread& thread : context.seen.samples.threads()) {
    const bool leader = thread.tid.value() == thread.process.pid.value();
    const auto [known, added] = leader_names_.try_emplace(thread.process, thread.comm);
    if (!added && leader) {
      known->second = thread.comm;
    }
  }
}

/// Where the kernel does not say that it serves a soft interrupt, its stack does.
bool Placement::in_softirq(const SampleKey& key, const NamedStack& stack) {
  return key.context == CpuContext::SoftIrq ||
         (key.context == CpuContext::Syscall && stack.serves_softirq);
}

WorkloadIndex Placement::workload_of(const SampleKey& key, const NamedStack& stack) const {
  if (in_softirq(key, stack)) {
    return softirq_;
  }
  if (key.context == CpuContext::HardIrq) {
    return irq_;
  }
  const SampledThread* thread =
      key.thread == kNoThread ? nullptr : &context_.seen.samples.threads()[key.thread];
  if (key.context == CpuContext::KernelThread) {
    if (stack.serves_softirq || (thread != nullptr && thread->comm.starts_with("ksoftirqd/"))) {
      return softirq_;
    }
    const WorkloadIndex billed = context_.workloads.of(key.cgroup);
    return context_.workloads.is_host(billed) ? kernel_threads_ : billed;
  }
  return thread == nullptr ? context_.workloads.of(key.cgroup)
                           : context_.workloads.of(key.cgroup, thread->process.pid);
}

void Placement::count_quality(const SampleKey& key, const SampleRow& row, const NamedStack& stack) {
  if (context_.stacks.is_missing(use_of(context_.seen, key))) {
    context_.losses.add_of(key.cgroup, "stack_missing", row.samples);
  }
  if (key.context == CpuContext::User || key.context == CpuContext::Syscall) {
    context_.profile.user_stacks += row.samples;
  }
  if (stack.end != StackEnd::Complete) {
    context_.profile.stack_ends[std::string(name_of(stack.end))] += row.samples;
  }
  for (const FrameId frame : stack.frames) {
    if (context_.stacks.is_unresolved(frame)) {
      const std::string& module = context_.profile.frames.at(frame).module;
      count_text(context_.profile.unresolved_modules, module.empty() ? "[unknown]" : module,
                 row.samples, kUnresolvedModuleLimit);
    }
  }
}

void Placement::count_context(const SampleKey& key, bool softirq, std::uint64_t samples) {
  if (softirq) {
    totals_.softirq += samples;
  } else if (key.context == CpuContext::HardIrq) {
    totals_.irq += samples;
  } else {
    (key.context == CpuContext::User ? totals_.user : totals_.system) += samples;
  }
}

FrameId Placement::process_frame_of(std::uint32_t thread) {
  const ProcessKey process = context_.seen.samples.threads()[thread].process;
  const auto [known, added] = process_frames_.try_emplace(process);
  if (added) {
    const ProcessFacts* facts = context_.processes.facts(process);
    const bool named = facts != nullptr && !facts->comm.empty();
    known->second = context_.profile.frames.intern(
        process_frame(displayable(named ? facts->comm : leader_names_[process], kLongestComm)));
  }
  return known->second;
}

CallTree::NodeIndex Placement::add_to_workload(const SampleKey& key, const SampleRow& row,
                                               WorkloadIndex workload,
                                               std::span<const FrameId> frames) {
  const std::size_t index = workload.value();
  workload_seconds_[index].merge(row.seconds);
  totals_.by_workload[index] += row.samples;
  if (workload == context_.workloads.own() && context_.workloads.of(key.cgroup) != workload) {
    totals_.own_inside[context_.workloads.of(key.cgroup).value()] += row.samples;
  }
  path_ = {key.thread != kNoThread
               ? process_frame_of(key.thread)
               : context_.profile.frames.intern(process_frame(workload == softirq_ ? "softirq"
                                                              : workload == irq_   ? "irq"
                                                                                   : ""))};
  path_.insert(path_.end(), frames.begin(), frames.end());
  return context_.workloads.profiles()[index].calls.add(path_, row.samples);
}

void Placement::add_to_thread(const SampleKey& key, const SampleRow& row, WorkloadIndex workload,
                              std::span<const FrameId> frames) {
  ThreadSum& sum = threads_[key.thread];
  ThreadProfile& thread = sum.profile;
  thread.samples += row.samples;
  if (key.context == CpuContext::Syscall) {
    thread.kernel_samples += row.samples;
    if (key.syscall >= 0) {
      thread.samples_in_syscall[key.syscall] += row.samples;
    }
  }
  sum.seconds.merge(row.seconds);
  sum.samples_in[workload] += row.samples;
  thread.calls.add(frames, row.samples);
}

void Placement::place(const SampleKey& key, const SampleRow& row) {
  const NamedStack& stack = context_.stacks.at(use_of(context_.seen, key));
  const bool softirq = in_softirq(key, stack);
  const bool interrupt = softirq || key.context == CpuContext::HardIrq;
  const WorkloadIndex workload = workload_of(key, stack);
  std::span<const FrameId> frames = stack.frames;
  SampleKey placed = key;
  if (interrupt) {
    frames = frames.subspan(stack.interrupt_begin);
    placed.thread = kNoThread;
  }
  count_quality(key, row, stack);
  count_context(key, softirq, row.samples);
  StackRow stack_row{.workload = workload, .samples = row.samples, .seconds = row.seconds};
  stack_row.node = add_to_workload(placed, row, workload, frames);
  if (placed.thread != kNoThread) {
    stack_row.thread = placed.thread;
  }
  context_.profile.stacks.push_back(std::move(stack_row));
  if (placed.thread != kNoThread) {
    add_to_thread(placed, row, workload, frames);
    if (!stack.runtime.empty()) {
      totals_.runtimes[context_.seen.samples.threads()[placed.thread].process] = stack.runtime;
    }
  }
}

void Placement::finish_threads() {
  std::vector<ThreadProfile>& threads = context_.profile.threads;
  std::vector<std::uint32_t> order;  // of threads[i]: its index in threads_
  for (std::size_t index = 0; index < threads_.size(); ++index) {
    const SampledThread& seen = context_.seen.samples.threads()[index];
    ThreadSum& sum = threads_[index];
    if (sum.profile.samples == 0) {
      continue;
    }
    ThreadProfile thread = std::move(sum.profile);
    const ThreadProgress progress = seen.span.progress();
    thread.process = seen.process;
    thread.tid = seen.tid;
    thread.comm = displayable(seen.comm, kLongestComm);
    thread.kernel_thread = seen.kernel_thread;
    thread.workload = std::max_element(sum.samples_in.begin(), sum.samples_in.end(),
                                       [](const auto& left, const auto& right) {
                                         return left.second < right.second;
                                       })
                          ->first;
    thread.samples_per_second = sum.seconds.dense_narrow(context_.seconds);
    thread.first_sample = seen.span.first();
    thread.last_sample = seen.span.last();
    thread.runtime = nanoseconds_of(progress.runtime_ns);
    thread.run_queue = nanoseconds_of(progress.run_queue_ns);
    thread.voluntary_switches = progress.voluntary_switches;
    thread.forced_switches = progress.forced_switches;
    thread.major_faults = progress.major_faults;
    thread.write_calls = progress.write_calls;
    thread.read_calls = progress.read_calls;
    thread.written_bytes = progress.written_bytes;
    thread.read_bytes = progress.read_bytes;
    threads.push_back(std::move(thread));
    order.push_back(static_cast<std::uint32_t>(index));
  }
  sort_by_samples(threads, order);
  if (threads.size() > kThreadRowLimit) {
    context_.losses.add("thread_row_folded", threads.size() - kThreadRowLimit);
    threads.resize(kThreadRowLimit);
    order.resize(kThreadRowLimit);
  }
  number_stack_threads(order);
}

/// Rows of stacks were made before the threads had their places.
void Placement::number_stack_threads(const std::vector<std::uint32_t>& order) {
  std::vector<std::optional<std::uint32_t>> places(threads_.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    places[order[place]] = static_cast<std::uint32_t>(place);
  }
  for (StackRow& row : context_.profile.stacks) {
    row.thread = row.thread ? places[*row.thread] : std::nullopt;
  }
}

SampleTotals Placement::finish() {
  for (std::size_t index = 0; index < workload_seconds_.size(); ++index) {
    WorkloadProfile& workload = context_.workloads.profiles()[index];
    workload.samples = totals_.by_workload[index];
    workload.samples_per_second = workload_seconds_[index].dense_narrow(context_.seconds);
  }
  finish_threads();
  return std::move(totals_);
}

}  // namespace

void want_sample_stacks(const Observations& seen, StackNames& stacks) {
  for (const auto& [key, row] : seen.samples.rows()) {
    stacks.want(use_of(seen, key));
  }
}

SampleTotals place_samples(BuildContext& context) {
  Placement placement(context);
  for (const auto& [key, row] : context.seen.samples.rows()) {
    placement.place(key, row);
  }
  return placement.finish();
}

}  // namespace culprit
