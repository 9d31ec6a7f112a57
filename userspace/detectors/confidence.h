// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detectors/finding.h"

namespace culprit {

/// Lower end of the 95 % Wilson interval of a share of `hits` in `total`; 0 when total is 0.
double wilson_lower(double hits, double total);
/// Half the width of the same interval; 1 when total is 0.
double wilson_half_width(double hits, double total);

/// How sure a finding is and why, as a person would say it.
///
///   confidence = evidence x samples x loss x (whatever else speaks against it), at most the cap
///
/// Independent pieces of evidence add up like independent witnesses: 1 - (1-a)(1-b).
class Confidence {
 public:
  Confidence(double strength, std::string reason);

  /// A further, independent piece of evidence.
  void support(double strength, std::string reason);
  /// Something speaks against it. `factor` in 0..1; a factor of one changes and says nothing.
  void lower(double factor, std::string reason);
  void cap(double most, std::string reason);
  /// It was observed to be so, not only from outside: a higher cap, unless another one was set.
  void confirm();

  /// In 0..1.
  [[nodiscard]] double value() const;
  [[nodiscard]] const std::vector<std::string>& reasons() const { return reasons_; }

  /// Writes value and reasons into `finding`.
  void give_to(Finding& finding) const;

 private:
  double evidence_;
  double factor_ = 1;
  double cap_;
  std::vector<std::string> reasons_;
};

/// Share of the CPU samples of `workloads` that was lost on the way to us: the worst of them, and
/// of the host as a whole. 0..1.
double sample_loss_share(const Profile& profile, const std::vector<WorkloadIndex>& workloads);

/// Lowers by the samples that were lost.
void lower_by_sample_loss(Confidence& confidence, const Profile& profile,
                          const std::vector<WorkloadIndex>& workloads);

/// Whether anything was lost for one of `causes`, by `workloads` or by nobody in particular.
bool was_lost(const Profile& profile, const std::vector<WorkloadIndex>& workloads,
              std::span<const std::string_view> causes);

/// Lowers by the events that were lost beside the `seen` ones of a finding, as far as their cause
/// is one of `causes`. By half only: rates that were seen are the least there can have been.
void lower_by_event_loss(Confidence& confidence, const Profile& profile,
                         const std::vector<WorkloadIndex>& workloads, std::uint64_t seen,
                         std::span<const std::string_view> causes);

/// Lowers by how few samples speak: `hits` of `total` lie where the finding says.
void lower_by_samples(Confidence& confidence, std::uint64_t hits, std::uint64_t total);

}  // namespace culprit
