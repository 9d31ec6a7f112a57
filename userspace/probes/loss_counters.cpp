// SPDX-License-Identifier: Apache-2.0
#include "probes/loss_counters.h"

#include <array>

#include "abi/loss_counter.h"
#include "kernel/bpf_map_reader.h"
#include "kernel/program_statistics.h"
#include "kernel/shared_maps.h"

namespace culprit {
namespace {

constexpr std::array<std::string_view, CULPRIT_LOSS_COUNT> kNames = {
    "sample_ring_full",    "event_ring_full", "stack_ring_full",     "syscall_map_full",
    "connect_map_full",    "socket_map_full", "write_map_full",      "exchange_map_full",
    "argument_unreadable", "scratch_busy",    "stack_copy_ring_full"};

}  // namespace

std::string_view loss_name(std::uint32_t cause) {
  return cause < kNames.size() ? kNames[cause] : "unknown";
}

LossCounters::LossCounters(const SharedMaps& shared_maps) : shared_maps_(shared_maps) {}

void LossCounters::read(KernelTime now, const std::vector<int>& programs, SampleSink& sink) {
  std::map<std::uint32_t, std::uint64_t> attributed;
  const BpfMapReader<culprit_cgroup_loss_key, std::uint64_t> of_cgroups(
      shared_maps_.descriptor("cgroup_losses"));
  // A failure here leaves the losses unattributed, not unreported: the totals follow.
  static_cast<void>(
      of_cgroups.for_each([&](const culprit_cgroup_loss_key& key, const std::uint64_t& total) {
        std::uint64_t& reported = reported_of_cgroups_[{CgroupId(key.cgroup_id), key.cause}];
        if (total > reported) {
          sink.accept(LossCount{.until = now,
                                .cause = std::string(loss_name(key.cause)),
                                .cgroup = CgroupId(key.cgroup_id),
                                .count = total - reported});
          attributed[key.cause] += total - reported;
          reported = total;
        }
      }));

  const auto totals = read_per_cpu_counters(shared_maps_.descriptor("losses"), CULPRIT_LOSS_COUNT);
  for (std::uint32_t cause = 0; cause < totals.size(); ++cause) {
    reported_[cause] += attributed[cause];
    if (totals[cause] > reported_[cause]) {
      sink.accept(LossCount{.until = now,
                            .cause = std::string(loss_name(cause)),
                            .cgroup = {},
                            .count = totals[cause] - reported_[cause]});
      reported_[cause] = totals[cause];
    }
  }

  std::uint64_t recursion = 0;
  for (const int program : programs) {
    if (const auto statistics = program_statistics(program); statistics) {
      recursion += statistics->recursion_misses;
    }
  }
  if (recursion > reported_recursion_) {
    sink.accept(LossCount{.until = now,
                          .cause = "program_recursion",
                          .cgroup = {},
                          .count = recursion - reported_recursion_});
    reported_recursion_ = recursion;
  }
}

}  // namespace culprit
