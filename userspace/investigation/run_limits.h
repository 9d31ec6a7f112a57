// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aggregation/profile.h"
#include "base/result.h"
#include "report/report.h"

namespace culprit {

/// Collects what could not be observed, or only by second choice, for the report. Each sentence is
/// kept once.
class RunLimits {
 public:
  void add(std::string what, std::string why, std::string fix = {});
  void add(std::string what, const Error& error) { add(std::move(what), error.message()); }

  /// Why `what` could not be observed, each sentence that was added.
  [[nodiscard]] std::vector<std::string> reasons_of(std::string_view what) const;

  [[nodiscard]] const std::vector<Limit>& all() const { return limits_; }

 private:
  std::vector<Limit> limits_;
};

/// The error, and below it why: a container may be unknown because its engine did not answer.
Error with_reasons(const Error& error, const std::vector<std::string>& reasons);

/// Counts are estimates where the hook on the system-call path was attached for a part of the time
/// only: `hook_share` of the CPUs would have been more than `most_share`. `fix`: what helps.
Limit partial_view_limit(double observed_share, double hook_share, double most_share,
                         std::string fix);

/// What a recording lacks because its disk was too slow.
Limit dropped_limit(std::uint64_t observations);

/// What is not seen of the 32-bit programs that made many calls; none when none did.
std::optional<Limit> compat_limit(const Profile& profile);

}  // namespace culprit
