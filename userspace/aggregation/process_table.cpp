// SPDX-License-Identifier: Apache-2.0
#include "aggregation/process_table.h"

namespace culprit {

const ProcessFacts* ProcessTable::facts(ProcessKey process) {
  const auto [known, added] = facts_.try_emplace(process);
  if (added) {
    known->second = process.start_boottime_ns == 0 ? sources_.process_of_pid(process.pid)
                                                   : sources_.process_of(process);
  }
  return known->second ? &*known->second : nullptr;
}

ProcessKey ProcessTable::key_of(Pid pid) {
  const auto [known, added] = keys_.try_emplace(pid, ProcessKey{.pid = pid});
  if (added) {
    if (const auto seen = directory_.find(pid); seen) {
      known->second = seen->process;
    } else if (const auto asked = sources_.process_of_pid(pid); asked && asked->key.pid == pid) {
      known->second = asked->key;
    }
  }
  return known->second;
}

StackUse ProcessTable::use_of(const EventStack& stack) {
  if (stack.hash == StackHash(0)) {
    return {};
  }
  StackUse use{
      .hash = stack.hash, .process = key_of(stack.pid), .address_space = stack.address_space};
  if (use.address_space == AddressSpaceId(0)) {
    const auto seen = directory_.find(stack.pid);
    use.address_space = seen ? seen->address_space : AddressSpaceId(0);
  }
  if (use.address_space == AddressSpaceId(0)) {
    use.address_space = presumed_address_space(use.process);
  }
  return use;
}

}  // namespace culprit
