// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "detectors/runaway_loop/busy_group.h"
#include "detectors/runaway_loop/dispatcher.h"

namespace culprit {

/// What watching the calls of a group's threads has told.
struct WatchedHome {
  /// The innermost call that did not return and says something: below the dispatcher, or below main
  /// where there is none. Outermost first; empty: there is no such one.
  std::vector<FrameId> path;
  double seconds = 0;             ///< for which it was watched without returning
  bool callees_returned = false;  ///< so the loop is in it, not in what it calls
  std::string text;               ///< "normalize_tags has not returned for 7.8 s"
  /// The supposed home did return, and nothing of the work around it was seen not to.
  bool contradicted = false;
  double returned_after = 0;  ///< seconds of being watched, when contradicted
  std::string returned_function;
};

/// Nothing when no call of the group was watched, or what was says nothing: a main that goes on, an
/// interpreter's loop.
std::optional<WatchedHome> watched_home(const ProfileIndex& index, const BusyGroup& group);

}  // namespace culprit
