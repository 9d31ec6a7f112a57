// SPDX-License-Identifier: Apache-2.0
#include "investigation/intake.h"

#include <utility>

#include "containers/container_catalog.h"
#include "containers/process_catalog.h"
#include "investigation/unwinding.h"
#include "runtimes/runtimes.h"
#include "symbols/process_maps.h"

namespace culprit {
namespace {

/// Looking at a process costs 0.2 ms. In a storm of executions that would be a second storm: those
/// beyond this many in a second are looked at when they are sampled.
constexpr std::uint32_t kExecutionsLookedAt = 100;

}  // namespace

Intake::Intake(ContainerCatalog& containers, ProcessCatalog& processes, ProcessMaps& maps,
               Unwinding* unwinding, Runtimes* runtimes, SampleSink& next)
    : containers_(containers),
      processes_(processes),
      maps_(maps),
      unwinding_(unwinding),
      runtimes_(runtimes),
      next_(next) {}

void Intake::look_at(const CpuSample& sample) {
  if (sample.task.address_space != AddressSpaceId()) {
    maps_.note_process(sample.task.process, sample.task.address_space);
    processes_.meet(sample.task);
    if (unwinding_ != nullptr) {
      unwinding_->look_at(sample);
    }
    if (runtimes_ != nullptr) {
      runtimes_->sampled({.process = sample.task.process, .id = sample.task.address_space},
                         sample.stack, sample.time);
    }
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
  if (unwinding_ != nullptr) {
    unwinding_->look_at(event);
  }
  if (runtimes_ != nullptr) {
    runtimes_->accept(event);
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
  if (unwinding_ != nullptr) {
    unwinding_->look_at(mapping);
  }
  if (runtimes_ != nullptr) {
    runtimes_->accept(mapping);
  }
}

void Intake::look_at(const RawStack& stack) {
  if (runtimes_ != nullptr) {
    runtimes_->accept(stack);
  }
}

void Intake::look_at_event(Pid pid, StackHash stack) {
  if (runtimes_ != nullptr) {
    runtimes_->met(pid, stack);
  }
}

void Intake::look_at(StackCopy& copy) {
  maps_.note_process(copy.process, copy.address_space);
  if (unwinding_ != nullptr) {
    unwinding_->take(std::move(copy));
  }
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
  } else if (auto* copy = std::get_if<StackCopy>(&sample)) {
    look_at(*copy);
    return;
  } else if (auto* stack = std::get_if<RawStack>(&sample)) {
    if (unwinding_ != nullptr && unwinding_->take(*stack)) {
      return;
    }
    look_at(*stack);
  } else if (const auto* connect = std::get_if<ConnectCount>(&sample)) {
    look_at_event(connect->pid, connect->stack);
  } else if (const auto* exchange = std::get_if<ExchangeCount>(&sample)) {
    look_at_event(exchange->pid, exchange->stack);
  } else if (const auto* write = std::get_if<WriteCount>(&sample)) {
    look_at_event(write->pid, write->stack);
  }
  next_.accept(std::move(sample));
}

void Intake::pass_on(std::vector<RawStack> stacks) {
  for (RawStack& stack : stacks) {
    next_.accept(std::move(stack));
  }
}

void Intake::settle() {
  if (unwinding_ != nullptr) {
    pass_on(unwinding_->settle(std::chrono::steady_clock::now()));
  }
  if (runtimes_ != nullptr) {
    runtimes_->settle();
  }
}

void Intake::finish(std::chrono::milliseconds patience) {
  if (runtimes_ != nullptr) {
    runtimes_->finish(patience);
    for (LossCount& loss : runtimes_->take_losses(std::chrono::steady_clock::now())) {
      next_.accept(std::move(loss));
    }
  }
  if (unwinding_ == nullptr) {
    return;
  }
  pass_on(unwinding_->finish(patience));
  for (LossCount& loss : unwinding_->take_losses(std::chrono::steady_clock::now())) {
    next_.accept(std::move(loss));
  }
}

}  // namespace culprit
