// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/watched_home.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "aggregation/special_frames.h"
#include "base/display_text.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr std::size_t kLongestFunction = 48;

/// A name that tells a reader where to look.
bool names_a_place(const ResolvedFrame& frame) {
  return !is_start_frame(frame) && !is_library_frame(frame) && !is_interpreter_frame(frame) &&
         !is_marker_frame(frame) && !is_unresolved(frame) && frame.function != "main";
}

/// Lies below the frame that hands out work: what does not come back is a piece of work. Servers
/// and workers never return from the frames above.
bool lies_below(const FrameTable& frames, std::span<const FrameId> path,
                const std::optional<Dispatcher>& dispatcher) {
  if (!dispatcher) {
    return true;
  }
  const ResolvedFrame& hands_out = frames.at(dispatcher->frame);
  return std::ranges::any_of(path.first(path.size() - 1), [&](FrameId frame) {
    return same_function(frames.at(frame), hands_out);
  });
}

/// The stack that was watched is the one that the samples have in common, as far as both go. Those
/// of languages with frames of their own are not: watched calls are native.
bool lies_on_home(const FrameTable& frames, const BusyGroup& group, const WatchedCall& call) {
  return shared_depth(frames, call.path, group.home.frames) ==
         std::min(call.path.size(), group.home.frames.size());
}

/// What calls an interpreter's loop goes on as long as the script does, and says nothing about it.
bool is_above_interpreter(const FrameTable& frames, const BusyGroup& group,
                          const WatchedCall& call) {
  const std::span<const FrameId> home(group.home.frames);
  const auto beyond = home.subspan(std::min(call.path.size(), home.size()));
  return std::ranges::any_of(beyond,
                             [&](FrameId frame) { return is_interpreter_frame(frames.at(frame)); });
}

bool is_of_home(const FrameTable& frames, const BusyGroup& group, const WatchedCall& call) {
  return !group.home.frames.empty() && !call.path.empty() &&
         same_function(frames.at(call.path.back()), frames.at(group.home.frames.back()));
}

}  // namespace

std::optional<WatchedHome> watched_home(const ProfileIndex& index, const BusyGroup& group) {
  const FrameTable& frames = index.profile().frames;
  const std::optional<Dispatcher> dispatcher = find_dispatcher(index, group);
  const WatchedCall* held = nullptr;
  const WatchedCall* returned = nullptr;
  for (const ThreadProfile* thread : group.threads) {
    for (const WatchedCall& call : thread->watched_calls) {
      if (call.path.empty()) {
        continue;
      }
      const bool says_something =
          call.end == CallEnd::NotYet && seconds_of(call.watched) >= kWatchedSeconds &&
          names_a_place(frames.at(call.path.back())) && lies_on_home(frames, group, call) &&
          !is_above_interpreter(frames, group, call) && lies_below(frames, call.path, dispatcher);
      if (says_something && (held == nullptr || call.path.size() > held->path.size())) {
        held = &call;
      }
      if (call.end == CallEnd::Returned && is_of_home(frames, group, call)) {
        returned = &call;
      }
    }
  }
  WatchedHome home;
  if (held != nullptr) {
    home.path = held->path;
    home.seconds = seconds_of(held->watched);
    home.callees_returned = held->callees_returned;
    home.text = fmt::format("{} has not returned for {:.1f} s",
                            displayable(frames.at(held->path.back()).function, kLongestFunction),
                            home.seconds);
    return home;
  }
  if (returned == nullptr) {
    return std::nullopt;
  }
  home.contradicted = true;
  home.returned_after = seconds_of(returned->watched);
  home.returned_function = displayable(frames.at(returned->path.back()).function, kLongestFunction);
  return home;
}

}  // namespace culprit
