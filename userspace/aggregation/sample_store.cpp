// SPDX-License-Identifier: Apache-2.0
#include "aggregation/sample_store.h"

#include <algorithm>
#include <functional>

#include "aggregation/counting.h"
#include "aggregation/limits.h"

namespace culprit {
namespace {

/// What `from` has to grow by to be `to`, added to `sum`.
ThreadProgress grown(const ThreadProgress& sum, const ThreadProgress& from,
                     const ThreadProgress& to) {
  const auto add = [](std::uint64_t total, std::uint64_t before, std::uint64_t after) {
    return saturating_sum(total, growth(before, after));
  };
  return {
      .runtime_ns = add(sum.runtime_ns, from.runtime_ns, to.runtime_ns),
      .run_queue_ns = add(sum.run_queue_ns, from.run_queue_ns, to.run_queue_ns),
      .voluntary_switches =
          add(sum.voluntary_switches, from.voluntary_switches, to.voluntary_switches),
      .forced_switches = add(sum.forced_switches, from.forced_switches, to.forced_switches),
      .major_faults = add(sum.major_faults, from.major_faults, to.major_faults),
      .write_calls = add(sum.write_calls, from.write_calls, to.write_calls),
      .written_bytes = add(sum.written_bytes, from.written_bytes, to.written_bytes),
      .read_calls = add(sum.read_calls, from.read_calls, to.read_calls),
      .read_bytes = add(sum.read_bytes, from.read_bytes, to.read_bytes),
  };
}

bool is_interrupt(CpuContext context) {
  return context == CpuContext::SoftIrq || context == CpuContext::HardIrq;
}

}  // namespace

ThreadProgress ThreadSpan::progress() const {
  return grown(earlier_lives_, at_first_, at_last_);
}

void ThreadSpan::observe(const CpuSample& sample) {
  const bool new_life = !seen_ || sample.task.thread_start_boottime_ns != life_;
  if (new_life) {
    earlier_lives_ = progress();
    life_ = sample.task.thread_start_boottime_ns;
    life_first_ = life_last_ = sample.time;
    at_first_ = at_last_ = sample.progress;
  } else if (sample.time >= life_last_) {
    life_last_ = sample.time;
    at_last_ = sample.progress;
  } else if (sample.time < life_first_) {
    life_first_ = sample.time;
    at_first_ = sample.progress;
  }
  first_ = seen_ ? std::min(first_, sample.time) : sample.time;
  last_ = seen_ ? std::max(last_, sample.time) : sample.time;
  seen_ = true;
}

std::size_t SampleKeyHash::operator()(const SampleKey& key) const {
  std::size_t hash = mixed_hash(key.stack.value(), key.thread);
  hash = mixed_hash(
      hash, (std::uint64_t{key.cgroup.value()} << 8U) | static_cast<std::uint64_t>(key.context));
  hash = mixed_hash(hash, static_cast<std::uint32_t>(key.syscall));
  return mixed_hash(hash, key.address_space.value());
}

std::size_t SampleStore::ThreadKeyHash::operator()(const ThreadKey& key) const {
  return mixed_hash(std::hash<ProcessKey>{}(key.process), key.tid.value());
}

SampleStore::SampleStore() : rows_(kSampleRowLimit) {}

std::uint32_t SampleStore::thread_of(const CpuSample& sample) {
  if (is_interrupt(sample.context)) {
    return kNoThread;
  }
  const ThreadKey key{.process = sample.task.process, .tid = sample.task.tid};
  auto known = thread_index_.find(key);
  if (known == thread_index_.end()) {
    if (threads_.size() >= kThreadLimit) {
      ++without_thread_;
      return kNoThread;
    }
    known = thread_index_.emplace(key, static_cast<std::uint32_t>(threads_.size())).first;
    threads_.push_back({.process = key.process,
                        .tid = key.tid,
                        .comm = {},
                        .kernel_thread = sample.context == CpuContext::KernelThread,
                        .span = {}});
  }
  SampledThread& thread = threads_[known->second];
  if (thread.comm != sample.task.comm) {
    thread.comm = sample.task.comm;
  }
  thread.span.observe(sample);
  return known->second;
}

void SampleStore::add(const CpuSample& sample, CgroupRef cgroup, std::uint32_t second) {
  SampleKey key{.thread = thread_of(sample),
                .cgroup = cgroup,
                .context = sample.context,
                .syscall = sample.context == CpuContext::Syscall ? sample.syscall : -1,
                .stack = sample.stack,
                .address_space = sample.task.address_space};
  if (key.thread == kNoThread && !is_interrupt(key.context)) {
    key.stack = StackHash(0);  // its addresses cannot be named without the process
    key.address_space = AddressSpaceId(0);
  }
  SampleKey coarser = key;
  coarser.stack = StackHash(0);
  coarser.address_space = AddressSpaceId(0);
  coarser.syscall = -1;
  SampleRow& row = rows_.at(key, coarser, coarser);
  row.samples = saturating_sum(row.samples, 1);
  row.seconds.add(second, 1);
  ++samples_;
}

}  // namespace culprit
