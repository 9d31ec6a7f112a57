// SPDX-License-Identifier: Apache-2.0
#include "investigation/intake.h"

#include <utility>

#include "aggregation/profile_builder.h"
#include "containers/container_catalog.h"
#include "containers/process_catalog.h"
#include "symbols/process_maps.h"

namespace culprit {
namespace {

/// Looking at a process costs 0.1 ms. In a storm of executions that would be a second storm: those
/// beyond this many in a second are looked at when they are sampled.
constexpr std::uint32_t kExecutionsLookedAt = 200;

}  // namespace

Intake::Intake(ContainerCatalog& containers, ProcessCatalog& processes, ProcessMaps& maps,
               ProfileBuilder& builder)
    : containers_(containers), processes_(processes), maps_(maps), builder_(builder) {}

void Intake::look_at(const CpuSample& sample) {
  if (sample.task.address_space != AddressSpaceId()) {
    maps_.note_process(sample.task.process, sample.task.address_space);
    processes_.meet(sample.task);
  }
  ++samples_of_[containers_.find(sample.task.cgroup, sample.task.cgroup_v1).cgroup];
  ++samples_;
}

std::vector<CgroupId> Intake::busiest(double share) const {
  std::vector<CgroupId> busy;
  const std::pair<const CgroupId, std::uint64_t>* busiest_one = nullptr;
  for (const auto& entry : samples_of_) {
    if (!ContainerCatalog::is_kernel_id(entry.first)) {
      continue;
    }
    if (busiest_one == nullptr || entry.second > busiest_one->second) {
      busiest_one = &entry;
    }
    if (static_cast<double>(entry.second) >= share * static_cast<double>(samples_)) {
      busy.push_back(entry.first);
    }
  }
  if (busy.empty() && busiest_one != nullptr) {
    busy.push_back(busiest_one->first);
  }
  return busy;
}

void Intake::look_at(const ProcessEvent& event) {
  processes_.observe(event);
  maps_.accept(event);
  if (event.kind == ProcessEventKind::Exec && may_look_at_execution(event.time)) {
    maps_.note_process(event.task.process, event.task.address_space);
    processes_.meet(event.task);
    containers_.find(event.task.cgroup, event.task.cgroup_v1);
  }
}

bool Intake::may_look_at_execution(KernelTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  if (second != execution_second_) {
    execution_second_ = second;
    executions_ = 0;
  }
  return ++executions_ <= kExecutionsLookedAt;
}

void Intake::look_at(const CgroupEvent& event) {
  containers_.observe(event);
}

void Intake::look_at(const ExecutableMapping& mapping) {
  maps_.accept(mapping);
}

void Intake::accept(Sample sample) {
  if (const auto* tick = std::get_if<CpuSample>(&sample)) {
    look_at(*tick);
  } else if (const auto* process = std::get_if<ProcessEvent>(&sample)) {
    look_at(*process);
  } else if (const auto* cgroup = std::get_if<CgroupEvent>(&sample)) {
    look_at(*cgroup);
  } else if (const auto* mapping = std::get_if<ExecutableMapping>(&sample)) {
    look_at(*mapping);
  }
  builder_.accept(std::move(sample));
}

}  // namespace culprit
