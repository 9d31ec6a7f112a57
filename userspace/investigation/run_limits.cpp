// SPDX-License-Identifier: Apache-2.0
#include "investigation/run_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/display_text.h"

namespace culprit {

void RunLimits::add(std::string what, std::string why, std::string fix) {
  const bool known = std::any_of(limits_.begin(), limits_.end(), [&](const Limit& limit) {
    return limit.what == what && limit.why == why;
  });
  if (!known) {
    limits_.push_back({.what = std::move(what), .why = std::move(why), .fix = std::move(fix)});
  }
}

std::vector<std::string> RunLimits::reasons_of(std::string_view what) const {
  std::vector<std::string> reasons;
  for (const Limit& limit : limits_) {
    if (limit.what == what) {
      reasons.push_back(limit.why);
    }
  }
  return reasons;
}

Limit partial_view_limit(double observed_share, double hook_share, double most_share,
                         std::string fix) {
  return {.what = "system calls and writes",
          .why = fmt::format(
              "watching all of them takes up to {:.0f} % of the CPUs; for "
              "--max-overhead {:.3g} % they were watched {:.0f} % of the time: their counts are "
              "estimates",
              100 * hook_share, 100 * most_share, 100 * observed_share),
          .fix = std::move(fix)};
}

Limit dropped_limit(std::uint64_t observations) {
  return {.what = "recording",
          .why = fmt::format("the disk was too slow for {} observations", observations),
          .fix = {}};
}

Error with_reasons(const Error& error, const std::vector<std::string>& reasons) {
  std::string message = error.message();
  for (const std::string& reason : reasons) {
    message += "\n  " + reason;
  }
  return Error(message, error.error_number());
}

std::optional<Limit> compat_limit(const Profile& profile) {
  // Fewer calls can hardly be a storm.
  constexpr double kManyPerSecond = 100;
  constexpr std::size_t kLongestName = 32;
  std::map<WorkloadIndex, std::uint64_t> calls;
  for (const SyscallActivity& activity : profile.syscalls) {
    if (activity.compat) {
      calls[activity.workload] += activity.count;
    }
  }
  const auto busiest = std::ranges::max_element(
      calls, {}, [](const auto& workload_and_calls) { return workload_and_calls.second; });
  const double seconds = profile.seconds();
  if (busiest == calls.end() || seconds <= 0) {
    return std::nullopt;
  }
  const double rate = static_cast<double>(busiest->second) / seconds;
  if (rate < kManyPerSecond) {
    return std::nullopt;
  }
  const std::string& name = profile.workloads[busiest->first.value()].container.name;
  return Limit{.what = "32-bit programs",
               .why = fmt::format("{} makes {:.0f} calls/s by them: only what they write to files "
                                  "is followed, not whom they talk to",
                                  displayable(name, kLongestName), rate),
               .fix = {}};
}

}  // namespace culprit
