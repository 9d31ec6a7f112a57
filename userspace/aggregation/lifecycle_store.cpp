// SPDX-License-Identifier: Apache-2.0
#include "aggregation/lifecycle_store.h"

#include "aggregation/counting.h"
#include "aggregation/limits.h"

namespace culprit {

void LifecycleRow::merge(const LifecycleRow& other) {
  forks = saturating_sum(forks, other.forks);
  execs = saturating_sum(execs, other.execs);
  exits = saturating_sum(exits, other.exits);
  failed_exits = saturating_sum(failed_exits, other.failed_exits);
  forks_by_second.merge(other.forks_by_second);
  for (const auto& [name, count] : other.exec_names) {
    count_text(exec_names, name, count, kNamesPerRowLimit);
  }
}

void LifecycleStore::add(const ProcessEvent& event, CgroupRef cgroup, std::uint32_t second) {
  LifecycleRow& row = rows_[cgroup];
  switch (event.kind) {
    case ProcessEventKind::Fork:
      row.forks = saturating_sum(row.forks, 1);
      row.forks_by_second.add(second, 1);
      break;
    case ProcessEventKind::Exec:
      row.execs = saturating_sum(row.execs, 1);
      count_text(row.exec_names, event.task.comm, 1, kNamesPerRowLimit);
      break;
    case ProcessEventKind::Exit:
      row.exits = saturating_sum(row.exits, 1);
      row.failed_exits = saturating_sum(row.failed_exits, event.exit_code != 0 ? 1 : 0);
      break;
  }
}

}  // namespace culprit
