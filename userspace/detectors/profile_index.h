// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aggregation/profile.h"
#include "detectors/thresholds.h"

namespace culprit {

/// Finds processes, threads and system calls of a profile by their ids. Keeps a reference: the
/// profile has to outlive it. Built once per detector; linear in the profile's size.
class ProfileIndex {
 public:
  explicit ProfileIndex(const Profile& profile);

  [[nodiscard]] const Profile& profile() const { return profile_; }
  /// Null when nothing is known of it.
  [[nodiscard]] const ProcessProfile* process(Pid pid) const;
  [[nodiscard]] const std::vector<const ThreadProfile*>& threads_of(Pid pid) const;
  [[nodiscard]] const std::vector<const SyscallActivity*>& syscalls_of(Pid pid) const;

 private:
  const Profile& profile_;
  std::unordered_map<Pid, const ProcessProfile*> processes_;
  std::unordered_map<Pid, std::vector<const ThreadProfile*>> threads_;
  std::unordered_map<Pid, std::vector<const SyscallActivity*>> syscalls_;
};

/// `count` per second of the window; 0 for a window without length.
double per_second(const Profile& profile, double count);

/// "backend-2", cut to what fits a line.
std::string workload_name(const Profile& profile, WorkloadIndex index);
/// The first member's name, and how many more there are: "backend-1 (and 7 more)".
std::string group_name(const Profile& profile, const std::vector<WorkloadIndex>& workloads);
/// What replicas have in common.
const std::string& service_of(const Profile& profile, WorkloadIndex index);
/// Not culprit itself and no activity of the kernel.
bool can_be_culprit(const Profile& profile, WorkloadIndex index);

/// Adds `index` unless it is there.
void add_workload(std::vector<WorkloadIndex>& workloads, WorkloadIndex index);
/// Dearest first, as a finding wants them.
void sort_by_cores(const Profile& profile, std::vector<WorkloadIndex>& workloads);

/// Of the rows of one group, those of members that take a real part: a tenth of what the busiest
/// one does. Containers that only have an image in common are no replicas, and one line or one
/// failed connection does not make an accomplice. `count_of` says what a row
/// weighs.
template <typename Row, typename CountOf>
std::vector<const Row*> rows_of_real_members(const std::vector<const Row*>& rows,
                                             CountOf count_of) {
  std::unordered_map<WorkloadIndex, double> counts;
  double most = 0;
  for (const Row* row : rows) {
    double& count = counts[row->workload];
    count += count_of(*row);
    most = std::max(most, count);
  }
  std::vector<const Row*> kept;
  for (const Row* row : rows) {
    if (counts[row->workload] >= thresholds::kRealMemberShare * most) {
      kept.push_back(row);
    }
  }
  return kept;
}

/// The names a person knows a place by: "normalize_tags", "[python3+0x1f]".
std::string function_text(const FrameTable& frames, const std::vector<FrameId>& path);

/// "412", "3.2": a rate in few digits.
std::string rate_text(double per_second);

}  // namespace culprit
