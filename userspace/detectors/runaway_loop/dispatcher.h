// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "detectors/runaway_loop/busy_group.h"

namespace culprit {

/// The frame that hands out work: what lies below it is one piece of work that does not come back.
struct Dispatcher {
  enum class Source : std::uint8_t {
    KnownLoop,     ///< a runtime's or framework's request loop, by name
    SleepingPath,  ///< threads of the same kind were seen to sleep under it
    Sibling,       ///< a thread of the same process that sleeps runs under it
  };
  Source source = Source::KnownLoop;
  FrameId frame;
  std::string function;
};

/// Looks for a dispatcher above the group's home; none when the home itself is one.
std::optional<Dispatcher> find_dispatcher(const ProfileIndex& index, const BusyGroup& group);

}  // namespace culprit
