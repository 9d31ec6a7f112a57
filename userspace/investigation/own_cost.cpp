// SPDX-License-Identifier: Apache-2.0
#include "investigation/own_cost.h"

#include <sys/resource.h>

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

void OwnCost::begin() {
  if (auto statistics = enable_run_time_statistics(); statistics) {
    statistics_ = std::move(*statistics);
  }
  began_ = std::chrono::steady_clock::now();
  cpu_at_begin_ = own_cpu_time();
}

void OwnCost::end(Observer& observer) {
  const double seconds = seconds_of(std::chrono::steady_clock::now() - began_);
  overhead_.own_cpu_share = seconds > 0 ? seconds_of(own_cpu_time() - cpu_at_begin_) / seconds : 0;
  overhead_.bpf_ns_per_sample = nanoseconds_per_run(observer.statistics_of("on_tick"));
  overhead_.bpf_ns_per_syscall = nanoseconds_per_run(observer.statistics_of("on_sys_exit"));
  overhead_.map_bytes = observer.map_memory_bytes();
  overhead_.rss_bytes = peak_resident_bytes();
  statistics_.reset();
}

}  // namespace culprit
