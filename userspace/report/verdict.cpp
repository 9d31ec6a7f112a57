// SPDX-License-Identifier: Apache-2.0
#include "report/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/display_text.h"
#include "report/describe.h"

namespace culprit {
namespace {

/// From here on a host counts as pegged: "healthy" would then say more than was seen.
constexpr double kPeggedShare = 0.9;
/// When this much is lost, the losers may be anybody's samples: even a clear finding is a guess.
constexpr double kHopelessLoss = 0.5;
/// The causes in Profile::lost that cost a CPU sample; the others cost events.
constexpr std::array<std::string_view, 3> kSampleLosses = {"not_delivered", "sample_ring_full",
                                                           "scratch_busy"};

bool lacks_resource(const Profile& profile, const Finding& finding) {
  if (finding.kind == FindingKind::CpuStarved) {
    return true;
  }
  const WorkloadProfile* workload = dearest_workload(profile, finding);
  const bool of_the_host = workload == nullptr || !workload->kernel_activity.empty() ||
                           workload->container.kind == WorkloadKind::Host;
  return of_the_host &&
         (finding.kind == FindingKind::MemoryThrash || finding.kind == FindingKind::KernelWork);
}

std::string ruled_out_list(const std::vector<RuledOut>& ruled_out) {
  constexpr std::size_t kMostNamed = 6;
  std::string list;
  for (std::size_t index = 0; index < std::min(kMostNamed, ruled_out.size()); ++index) {
    const RuledOut& item = ruled_out[index];
    list += list.empty() ? "; ruled out: " : ", ";
    list += item.what.empty() ? std::string(kind_name(item.kind)) : item.what;
  }
  if (ruled_out.size() > kMostNamed) {
    list += fmt::format(" and {} more", ruled_out.size() - kMostNamed);
  }
  return list;
}

const CpuShare* busiest(const Report& report) {
  const auto first = std::max_element(
      report.cpu.begin(), report.cpu.end(), [](const CpuShare& left, const CpuShare& right) {
        const auto cores = [](const CpuShare& share) {
          return share.kind <= CpuShareKind::Kernel ? share.cores : -1.0;
        };
        return cores(left) < cores(right);
      });
  return first == report.cpu.end() || first->kind > CpuShareKind::Kernel ? nullptr : &*first;
}

/// The kernel part left all others out: nothing can be said of them.
Verdict nothing_found_in_chosen(const Report& report) {
  const Profile& profile = report.profile;
  double cores = 0;
  for (const WorkloadProfile& workload : profile.workloads) {
    cores += workload.samples > 0 && workload.kernel_activity.empty() ? workload.cpu_cores : 0;
  }
  return {VerdictResult::Healthy,
          fmt::format("No culprit found in what was chosen, which uses {:.2f} of {} cpus; nothing "
                      "else was looked at",
                      cores, profile.host.cpus),
          ""};
}

Verdict nothing_found(const Report& report) {
  if (report.profile.window.filtered) {
    return nothing_found_in_chosen(report);
  }
  const Profile& profile = report.profile;
  const double taken = profile.cores.busy() + profile.cores.steal;
  const bool pegged = profile.host.cpus > 0 && taken >= kPeggedShare * profile.host.cpus;
  std::string headline =
      fmt::format("No culprit found: {:.2f} of {} cpus busy", taken, profile.host.cpus);
  constexpr std::size_t kLongestName = 64;
  const CpuShare* most = busiest(report);
  if (pegged && most != nullptr) {
    headline += fmt::format(", most of it {} ({:.2f}), nothing proven against it",
                            displayable(most->name, kLongestName), most->cores);
  }
  return {pegged ? VerdictResult::Inconclusive : VerdictResult::Healthy,
          headline + ruled_out_list(report.ruled_out), ""};
}

const RankedFinding* worst_culprit(const Report& report) {
  for (const RankedFinding& ranked : report.findings) {
    if (ranked.finding.role == FindingRole::Culprit) {
      return &ranked;
    }
  }
  return nullptr;
}

}  // namespace

SampleLoss sample_loss(const Profile& profile) {
  std::uint64_t counted = 0;
  for (const std::string_view cause : kSampleLosses) {
    const auto found = profile.lost.find(std::string(cause));
    counted += found == profile.lost.end() ? 0 : found->second;
  }
  const std::uint64_t arrived = profile.samples + profile.idle_samples;
  const std::uint64_t missing =
      profile.expected_samples > arrived ? profile.expected_samples - arrived : 0;
  const std::uint64_t expected = std::max(profile.expected_samples, arrived + counted);
  // What was dropped is also missing: the larger of the two is the loss, not their sum.
  const std::uint64_t lost = std::max(counted, missing);
  return {lost, expected == 0 ? 0 : static_cast<double>(lost) / static_cast<double>(expected)};
}

Verdict decide_verdict(const Report& report) {
  const RankedFinding* worst = worst_culprit(report);
  const double lost_percent = 100 * report.lost_share;
  if (worst != nullptr && report.lost_share >= kHopelessLoss) {
    return {VerdictResult::Inconclusive,
            fmt::format("Too much was lost to be sure ({:.0f} % of the samples); most likely: {}",
                        lost_percent, worst->finding.headline),
            worst->id};
  }
  if (worst != nullptr) {
    return {lacks_resource(report.profile, worst->finding) ? VerdictResult::Resource
                                                           : VerdictResult::Culprit,
            worst->finding.headline, worst->id};
  }
  if (report.profile.samples + report.profile.idle_samples == 0) {
    return {VerdictResult::Inconclusive, "No culprit found: not one CPU sample arrived", ""};
  }
  if (report.lost_too_much) {
    return {VerdictResult::Inconclusive,
            fmt::format("No culprit found, but {:.0f} % of the samples were lost: too many to say",
                        lost_percent),
            ""};
  }
  return nothing_found(report);
}

}  // namespace culprit
