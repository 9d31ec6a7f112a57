// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <map>

#include "base/display_text.h"
#include "detectors/contributing/contributing.h"
#include "detectors/profile_index.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

constexpr double kStrength = 0.8;
constexpr std::size_t kLongestImage = 40;

const Container& container_at(const Profile& profile, WorkloadIndex index) {
  return profile.workload(index).container;
}

Finding describe(const Profile& profile, WorkloadIndex newest, WorkloadIndex older, double age) {
  Finding finding;
  finding.role = FindingRole::Contributing;
  finding.kind = FindingKind::GenerationsOverlap;
  finding.workloads = {newest, older};
  const auto image = [&](WorkloadIndex index) {
    return displayable(container_at(profile, index).image, kLongestImage);
  };
  finding.headline =
      fmt::format("{} started {:.0f} s ago; {} still runs", workload_name(profile, newest), age,
                  workload_name(profile, older));
  finding.proof = fmt::format("images {} and {}", image(newest), image(older));
  finding.explains = "old and new share the CPU";
  finding.confidence = kStrength;
  finding.confidence_reasons = {"the same service, two images"};
  finding.evidence = {{.key = "newest_age",
                       .value = age,
                       .unit = "s",
                       .comparison = "<=",
                       .threshold = thresholds::kGenerationSeconds,
                       .source = "engine",
                       .text = finding.proof}};
  return finding;
}

}  // namespace

std::vector<Finding> generations_overlap(const Profile& profile) {
  const auto now =
      profile.window.start +
      std::chrono::duration_cast<std::chrono::system_clock::duration>(profile.window.duration);
  std::map<std::string, std::vector<WorkloadIndex>> services;
  for (std::size_t i = 0; i < profile.workloads.size(); ++i) {
    const WorkloadIndex index(static_cast<WorkloadIndex::NumberType>(i));
    const Container& container = container_at(profile, index);
    if (container.kind == WorkloadKind::Container && container.started_at &&
        !container.image.empty() && !container.service.empty() &&
        container.service != container.image) {
      services[container.service].push_back(index);
    }
  }
  std::vector<Finding> findings;
  for (const auto& [service, members] : services) {
    WorkloadIndex newest = members.front();
    for (const WorkloadIndex index : members) {
      newest = *container_at(profile, index).started_at > *container_at(profile, newest).started_at
                   ? index
                   : newest;
    }
    const double age =
        std::chrono::duration<double>(now - *container_at(profile, newest).started_at).count();
    for (const WorkloadIndex older : members) {
      if (container_at(profile, older).image != container_at(profile, newest).image && age >= 0 &&
          age <= thresholds::kGenerationSeconds) {
        findings.push_back(describe(profile, newest, older, age));
        break;
      }
    }
  }
  return findings;
}

}  // namespace culprit
