// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/ids.h"
#include "samples/lifecycle.h"
#include "samples/loss_report.h"
#include "samples/usage.h"

namespace culprit {

/// The first and the last reading of something.
template <typename Usage>
struct UsageSpan {
  Usage first, last;

  [[nodiscard]] std::chrono::nanoseconds length() const { return last.time - first.time; }
};

/// All readings of one cgroup. The counters of its later lives (a container that came back has
/// counters that begin at 0) are added to those of the earlier ones.
struct CgroupSpan : UsageSpan<CgroupUsage> {
  CgroupUsage earlier_lives;  ///< only its counters matter
  std::uint64_t restarts = 0;
};

/// How often a cgroup of one path was created in one hierarchy.
struct CreationCount {
  std::uint64_t times = 0;
  KernelTime first;
};

/// The fullest that a listening socket was, and since when it was seen.
struct ListenSpan {
  ListenQueue fullest;
  KernelTime since;
};

/// Keeps of all readings what differences need: the first and the last, the fullest.
class UsageHistory {
 public:
  void add(const HostUsage& usage);
  void add(const CgroupUsage& usage);
  void add(const CgroupEvent& event);
  void add(const ListenQueue& queue);
  void add(const SamplerTicks& ticks);

  [[nodiscard]] const std::optional<UsageSpan<HostUsage>>& host() const { return host_; }
  [[nodiscard]] const std::unordered_map<CgroupId, CgroupSpan>& cgroups() const { return cgroups_; }
  /// When a cgroup with this id was seen being created. Hierarchies number their cgroups each for
  /// itself, so the answer may be about a namesake.
  [[nodiscard]] std::optional<KernelTime> created(CgroupId id) const;

  /// By hierarchy; nullptr when no cgroup of this path was seen being created.
  [[nodiscard]] const std::map<std::uint32_t, CreationCount>* creations(
      const std::string& path) const;

  struct ListenKey {
    std::uint32_t network_namespace = 0;
    std::uint16_t port = 0;
    CgroupId cgroup;

    auto operator<=>(const ListenKey&) const = default;
  };
  [[nodiscard]] const std::map<ListenKey, ListenSpan>& listening() const { return listening_; }

  /// All ticks so far; `until` is that of the last report.
  [[nodiscard]] const SamplerTicks& ticks() const { return ticks_; }
  /// Readings that found no room.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  std::optional<UsageSpan<HostUsage>> host_;
  std::unordered_map<CgroupId, CgroupSpan> cgroups_;
  std::map<std::string, std::map<std::uint32_t, CreationCount>> creations_;  ///< by hierarchy
  std::unordered_map<CgroupId, KernelTime> created_;
  std::map<ListenKey, ListenSpan> listening_;
  SamplerTicks ticks_;
  std::uint64_t refused_ = 0;
};

}  // namespace culprit
