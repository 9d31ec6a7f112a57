// SPDX-License-Identifier: Apache-2.0
#include "detectors/finding.h"

#include <array>
#include <utility>

namespace culprit {
namespace {

using NamedKind = std::pair<FindingKind, std::string_view>;

constexpr std::array<NamedKind, 24> kKindNames{{
    {FindingKind::RunawayLoop, "runaway_loop"},
    {FindingKind::BusyPoll, "busy_poll"},
    {FindingKind::RetryStorm, "retry_storm"},
    {FindingKind::RequestStorm, "request_storm"},
    {FindingKind::LogFlood, "log_flood"},
    {FindingKind::ProcessStorm, "process_storm"},
    {FindingKind::RestartLoop, "restart_loop"},
    {FindingKind::MemoryThrash, "memory_thrash"},
    {FindingKind::LockContention, "lock_contention"},
    {FindingKind::KernelWork, "kernel_work"},
    {FindingKind::CpuStarved, "cpu_starved"},
    {FindingKind::LongComputation, "long_computation"},
    {FindingKind::HotPath, "hot_path"},
    {FindingKind::NoLimits, "no_limits"},
    {FindingKind::Throttled, "throttled"},
    {FindingKind::GenerationsOverlap, "generations_overlap"},
    {FindingKind::StartOrder, "start_order"},
    {FindingKind::SigtermIgnored, "sigterm_ignored"},
    {FindingKind::SimultaneousStart, "simultaneous_start"},
    {FindingKind::BuildOnHost, "build_on_host"},
    {FindingKind::MemoryGrowth, "memory_growth"},
    {FindingKind::DescriptorGrowth, "descriptor_growth"},
    {FindingKind::DiskFilling, "disk_filling"},
    {FindingKind::DestinationDown, "destination_down"},
}};

}  // namespace

std::string_view kind_name(FindingKind kind) {
  for (const auto& [candidate, name] : kKindNames) {
    if (candidate == kind) {
      return name;
    }
  }
  return "unknown";
}

std::optional<FindingKind> kind_from_name(std::string_view name) {
  for (const auto& [kind, candidate] : kKindNames) {
    if (candidate == name) {
      return kind;
    }
  }
  return std::nullopt;
}

}  // namespace culprit
