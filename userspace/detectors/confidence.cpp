// SPDX-License-Identifier: Apache-2.0
#include "detectors/confidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "detectors/thresholds.h"

namespace culprit {
namespace {

constexpr double kZ = 1.96;  // 95 %

// Shares at or above this count as full: with 100 of 100 samples the interval ends at 0.963.
constexpr double kFullShare = 0.95;

// The other causes cost events, stacks or rows.
constexpr std::array<std::string_view, 4> kSampleLosses{"not_delivered", "sample_ring_full",
                                                        "scratch_busy", "queue_full"};

// A lost event takes nothing from those that were seen.
constexpr double kEventLossWeight = 0.5;

double lost_of(const std::map<std::string, std::uint64_t>& lost,
               std::span<const std::string_view> causes) {
  double sum = 0;
  for (const std::string_view cause : causes) {
    const auto found = lost.find(std::string(cause));
    sum += found == lost.end() ? 0 : static_cast<double>(found->second);
  }
  return sum;
}

double share_of(double lost, std::uint64_t kept) {
  return lost <= 0 ? 0 : lost / (lost + static_cast<double>(kept));
}

}  // namespace

double wilson_lower(double hits, double total) {
  if (total <= 0) {
    return 0;
  }
  const double share = std::clamp(hits / total, 0.0, 1.0);
  const double centre = share + kZ * kZ / (2 * total);
  const double spread = kZ * std::sqrt(share * (1 - share) / total + kZ * kZ / (4 * total * total));
  return std::max(0.0, (centre - spread) / (1 + kZ * kZ / total));
}

double wilson_half_width(double hits, double total) {
  if (total <= 0) {
    return 1;
  }
  const double share = std::clamp(hits / total, 0.0, 1.0);
  const double spread = kZ * std::sqrt(share * (1 - share) / total + kZ * kZ / (4 * total * total));
  return spread / (1 + kZ * kZ / total);
}

Confidence::Confidence(double strength, std::string reason)
    : evidence_(std::clamp(strength, 0.0, 1.0)), cap_(thresholds::kMostWithoutConfirmation) {
  reasons_.push_back(std::move(reason));
}

void Confidence::support(double strength, std::string reason) {
  evidence_ = 1 - (1 - evidence_) * (1 - std::clamp(strength, 0.0, 1.0));
  reasons_.push_back(std::move(reason));
}

void Confidence::lower(double factor, std::string reason) {
  if (factor >= 1) {
    return;
  }
  factor_ *= std::max(0.0, factor);
  // A change nobody would see in two digits is not worth a reader's line.
  if (factor < 0.99) {
    reasons_.push_back(std::move(reason));
  }
}

void Confidence::cap(double most, std::string reason) {
  if (most < cap_) {
    cap_ = std::max(0.0, most);
    reasons_.push_back(std::move(reason));
  }
}

void Confidence::confirm() {
  if (cap_ == thresholds::kMostWithoutConfirmation) {
    cap_ = thresholds::kMostWithConfirmation;
  }
}

double Confidence::value() const {
  return std::min(evidence_, cap_) * factor_;
}

void Confidence::give_to(Finding& finding) const {
  finding.confidence = value();
  finding.confidence_reasons = reasons_;
}

double sample_loss_share(const Profile& profile, const std::vector<WorkloadIndex>& workloads) {
  double worst = share_of(lost_of(profile.lost, kSampleLosses), profile.samples);
  for (const WorkloadIndex index : workloads) {
    const WorkloadProfile& workload = profile.workload(index);
    worst = std::max(worst, share_of(lost_of(workload.lost, kSampleLosses), workload.samples));
  }
  return worst;
}

void lower_by_sample_loss(Confidence& confidence, const Profile& profile,
                          const std::vector<WorkloadIndex>& workloads) {
  const double loss = sample_loss_share(profile, workloads);
  confidence.lower(1 - loss, fmt::format("{:.0f} % of the samples were lost", loss * 100));
}

bool was_lost(const Profile& profile, const std::vector<WorkloadIndex>& workloads,
              std::span<const std::string_view> causes) {
  return lost_of(profile.lost, causes) > 0 ||
         std::ranges::any_of(workloads, [&](WorkloadIndex index) {
           return lost_of(profile.workload(index).lost, causes) > 0;
         });
}

void lower_by_event_loss(Confidence& confidence, const Profile& profile,
                         const std::vector<WorkloadIndex>& workloads, std::uint64_t seen,
                         std::span<const std::string_view> causes) {
  double lost = 0;
  for (const WorkloadIndex index : workloads) {
    lost += lost_of(profile.workload(index).lost, causes);
  }
  const double share = share_of(lost, seen);
  confidence.lower(1 - kEventLossWeight * share,
                   fmt::format("{:.0f} % of its events were not recorded", share * 100));
}

void lower_by_samples(Confidence& confidence, std::uint64_t hits, std::uint64_t total) {
  const double lower = wilson_lower(static_cast<double>(hits), static_cast<double>(total));
  confidence.lower(lower / kFullShare, fmt::format("only {} samples", total));
}

}  // namespace culprit
