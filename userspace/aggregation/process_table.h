// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "aggregation/event_stacks.h"
#include "aggregation/process_directory.h"
#include "aggregation/profile_sources.h"
#include "aggregation/stack_names.h"

namespace culprit {

/// Asks for each process once.
class ProcessTable {
 public:
  ProcessTable(const ProcessDirectory& directory, const ProfileSources& sources)
      : directory_(directory), sources_(sources) {}

  /// nullptr when nobody looked at it while it lived.
  const ProcessFacts* facts(ProcessKey process);
  /// The process that a count means by its pid.
  ProcessKey key_of(Pid pid);
  /// An event's stack with the process that its addresses belong to.
  StackUse use_of(const EventStack& stack);

 private:
  const ProcessDirectory& directory_;
  const ProfileSources& sources_;
  std::map<ProcessKey, std::optional<ProcessFacts>> facts_;
  std::map<Pid, ProcessKey> keys_;
};

}  // namespace culprit
