// SPDX-License-Identifier: Apache-2.0
#include "investigation/own_cost.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "investigation/helpers.h"
#include "investigation/resident_maps.h"
#include "kernel/program_statistics.h"
#include "probes/observer.h"
#include "symbols/process_times.h"

namespace culprit {
namespace {

double nanoseconds_per_run(const ProgramStatistics& statistics) {
  return statistics.runs == 0
             ? 0
             : static_cast<double>(statistics.run_time_ns) / static_cast<double>(statistics.runs);
}

/// Of all threads of this process, so far.
std::chrono::nanoseconds own_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

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
  mapped_map_bytes_ = resident_map_bytes();
  statistics_.reset();
}

void OwnCost::finish(Helpers& helpers) {
  const auto once = own_cpu_time() + helpers.cpu_time() - cpu_while_sampling_;
  overhead_.one_off_cpu_seconds = std::max(0.0, seconds_of(once));
  const std::uint64_t peak = peak_resident_bytes(::getpid());
  overhead_.rss_bytes = peak - std::min(peak, mapped_map_bytes_) + helpers.peak_bytes();
}

}  // namespace culprit
