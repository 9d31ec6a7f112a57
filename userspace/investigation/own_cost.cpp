// SPDX-License-Identifier: Apache-2.0
#include "investigation/own_cost.h"

#include <sys/resource.h>

#include <algorithm>
#include <ctime>

#include "kernel/program_statistics.h"
#include "probes/observer.h"

namespace culprit {
namespace {

std::uint64_t peak_resident_bytes() {
  rusage usage{};
  constexpr std::uint64_t kKibibyte = 1024;
  return ::getrusage(RUSAGE_SELF, &usage) == 0
             ? static_cast<std::uint64_t>(usage.ru_maxrss) * kKibibyte
             : 0;
}

std::chrono::nanoseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

std::chrono::nanoseconds ended_helpers_cpu_time() {
  rusage usage{};
  return ::getrusage(RUSAGE_CHILDREN, &usage) == 0
             ? duration_of(usage.ru_utime) + duration_of(usage.ru_stime)
             : std::chrono::nanoseconds{0};
}

double nanoseconds_per_run(const ProgramStatistics& statistics) {
  return statistics.runs == 0
             ? 0
             : static_cast<double>(statistics.run_time_ns) / static_cast<double>(statistics.runs);
}

}  // namespace

std::chrono::nanoseconds own_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

void OwnCost::count_program_runs() {
  if (auto statistics = enable_run_time_statistics(); statistics) {
    statistics_ = std::move(*statistics);
  }
}

void OwnCost::sampling_begins() {
  began_ = std::chrono::steady_clock::now();
  cpu_at_begin_ = own_cpu_time();
}

void OwnCost::sampling_ends(Observer& observer, std::uint64_t table_bytes) {
  const double seconds = seconds_of(std::chrono::steady_clock::now() - began_);
  cpu_while_sampling_ = own_cpu_time() - cpu_at_begin_;
  overhead_.own_cpu_share = seconds > 0 ? seconds_of(cpu_while_sampling_) / seconds : 0;
  overhead_.bpf_cpu_share = seconds > 0 ? seconds_of(observer.program_run_time()) / seconds : 0;
  overhead_.bpf_ns_per_sample = nanoseconds_per_run(observer.statistics_of("on_tick"));
  overhead_.bpf_ns_per_syscall = nanoseconds_per_run(observer.statistics_of("on_sys_exit"));
  overhead_.map_bytes = observer.map_memory_bytes() + table_bytes;
  statistics_.reset();
}

void OwnCost::finish() {
  const auto once = own_cpu_time() + ended_helpers_cpu_time() - cpu_while_sampling_;
  overhead_.one_off_cpu_seconds = std::max(0.0, seconds_of(once));
  overhead_.rss_bytes = peak_resident_bytes();
}

}  // namespace culprit
