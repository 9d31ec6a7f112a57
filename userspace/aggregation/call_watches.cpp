// SPDX-License-Identifier: Apache-2.0
#include "aggregation/call_watches.h"

#include <algorithm>
#include <utility>

namespace culprit {
namespace {

StackUse use_of(const CallWatch& watch) {
  return {.hash = watch.stack, .process = watch.process, .address_space = watch.address_space};
}

/// What is inlined at the place of the call has no activation of its own: the function that holds
/// it is what does not return.
std::vector<FrameId> path_of(const FrameTable& frames, const NamedStack& stack) {
  std::vector<FrameId> path = stack.frames;
  while (!path.empty() && frames.at(path.back()).kind == FrameKind::Inlined) {
    path.pop_back();
  }
  return path;
}

}  // namespace

void want_watched_stacks(const Observations& seen, StackNames& stacks) {
  for (const auto& [key, watch] : seen.call_watches) {
    stacks.want(use_of(watch));
  }
}

void assemble_call_watches(BuildContext& context) {
  for (const auto& [key, watch] : context.seen.call_watches) {
    const auto thread =
        std::ranges::find_if(context.profile.threads, [&](const ThreadProfile& candidate) {
          return candidate.tid == watch.tid && candidate.process == watch.process;
        });
    if (thread == context.profile.threads.end() || context.stacks.is_missing(use_of(watch))) {
      continue;
    }
    thread->watched_calls.push_back(
        {.path = path_of(context.profile.frames, context.stacks.at(use_of(watch))),
         .end = watch.end,
         .watched = watch.watched,
         .callees_returned = watch.callees_returned});
  }
  for (ThreadProfile& thread : context.profile.threads) {
    std::ranges::stable_sort(thread.watched_calls, {},
                             [](const WatchedCall& call) { return call.path.size(); });
  }
}

}  // namespace culprit
