// SPDX-License-Identifier: Apache-2.0
#include "confirmation/thread_watch.h"

#include <algorithm>
#include <span>
#include <utility>

namespace culprit {
namespace {

/// Looks at the stack before anything is watched: a quarter of a second.
constexpr std::size_t kLooksBefore = 5;
/// Looks that tell whether it has meanwhile gone deeper for good: a second.
constexpr std::size_t kLooksAgain = 20;
/// Who has not returned for so long vouches for the calls around it.
constexpr std::chrono::milliseconds kRound{250};
/// Looks in a row that do not find a call before it is given up: one may meet a half-made frame.
constexpr std::size_t kLooksOutOfSight = 2;
/// Chains of calls that are begun with.
constexpr std::size_t kMostRounds = 8;
/// Each hit stops the thread for some ten microseconds.
constexpr std::size_t kMostHits = 24;
constexpr std::size_t kMostTouches = 4;
constexpr std::size_t kMostEnded = 16;
constexpr std::uint64_t kSlotBytes = 8;

}  // namespace

WatchedSlots ThreadWatch::slots() const {
  WatchedSlots slots;
  for (std::size_t index = 0; index < std::min(armed_.size(), slots.size()); ++index) {
    const Call& call = calls_[armed_[index].call];
    slots.at(index) = {.address = call.slot, .content = call.return_address};
  }
  return slots;
}

const ThreadWatch::Armed* ThreadWatch::armed_on(std::size_t call) const {
  const auto found =
      std::ranges::find_if(armed_, [call](const Armed& armed) { return armed.call == call; });
  return found == armed_.end() ? nullptr : &*found;
}

void ThreadWatch::look_at(const FramePlaces& places) {
  address_space_ = places.address_space;
  const std::vector<Call> now = calls_of(places);
  if (now.empty()) {
    return;
  }
  recent_.add(places);
  stack_end_ = places.end;
  if (calls_.empty()) {
    return;
  }
  take_hits(places.time);
  // Only what is watched has to be there: what it had called comes and goes.
  std::size_t watched = 0;
  for (const Armed& armed : armed_) {
    if (armed.since < places.time) {
      watched = std::max(watched, armed.call + 1);
    }
  }
  const std::size_t common = common_calls(calls_, now);
  if (common >= watched) {
    out_of_sight_ = 0;
    last_seen_ = places.time;
  } else if (++out_of_sight_ >= kLooksOutOfSight) {
    out_of_sight_ = 0;
    const Armed* lost = armed_on(common);
    end(common, CallEnd::LostSight, lost == nullptr ? last_seen_ : lost->since, last_seen_);
  }
}

/// Returned: the instruction is the one behind the call, and the slot was popped off the stack.
/// Inner calls of a recursion come to the same instruction, with another stack pointer; collectors
/// of garbage and unwinders read the slot from elsewhere.
std::optional<CallEnd> ThreadWatch::judge(Armed& armed, KernelTime& when) {
  const Call& call = calls_[armed.call];
  for (const WatchpointHit& hit : armed.watchpoint->take_hits()) {
    ++hits_;
    ++armed.touches;
    when = hit.time;
    if (hit.instruction == call.return_address && hit.stack_pointer == call.slot + kSlotBytes) {
      return CallEnd::Returned;
    }
    if (armed.touches > kMostTouches || hits_ >= kMostHits || !arm_anew(armed)) {
      return CallEnd::LostSight;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

/// A new one: kernels were seen not to trap again when the old one is refreshed. It was blind since
/// the hit, so what is said of the call begins anew.
bool ThreadWatch::arm_anew(Armed& armed) {
  armed.watchpoint.reset();
  auto watchpoint = Watchpoint::arm(thread_.tid, calls_[armed.call].slot);
  if (!watchpoint) {
    return false;
  }
  armed.watchpoint = std::move(*watchpoint);
  armed.since = std::chrono::steady_clock::now();
  return true;
}

void ThreadWatch::take_hits(KernelTime now) {
  // Outermost first: an outer one that is over takes the inner ones along.
  std::ranges::sort(armed_, {}, &Armed::call);
  for (Armed& armed : armed_) {
    KernelTime when = now;
    if (const auto how = judge(armed, when); how) {
      end(armed.call, *how, armed.since, when);
      return;
    }
  }
}

void ThreadWatch::end(std::size_t call, CallEnd how, KernelTime since, KernelTime when) {
  // What it had called is over as well; whether by a return, its own hit tells.
  for (Armed& armed : armed_) {
    if (armed.call < call) {
      continue;
    }
    KernelTime its_time = when;
    CallEnd its_end = how;
    if (armed.call != call) {
      its_end = judge(armed, its_time).value_or(CallEnd::LostSight);
    }
    const auto calls = std::span(calls_).first(armed.call + 1);
    if (ended_.size() < kMostEnded) {
      ended_.push_back({.calls = {calls.begin(), calls.end()},
                        .end = its_end,
                        .watched = std::max(std::chrono::nanoseconds{0},
                                            its_time - (armed.call == call ? since : armed.since)),
                        .until = its_time});
    }
  }
  std::erase_if(armed_, [call](const Armed& armed) { return armed.call >= call; });
  bisection_.ended(call);
}

void ThreadWatch::begin(std::vector<Call> calls) {
  ++rounds_;
  const std::size_t same = common_calls(calls_, calls);
  std::erase_if(armed_, [same](const Armed& armed) { return armed.call >= same; });
  const auto home = bisection_.home();
  calls_ = std::move(calls);
  bisection_ = Bisection(calls_.size());
  if (home && *home < same && armed_on(*home) != nullptr) {
    bisection_.held(*home);
  }
}

/// A chain that was followed to its home may have become a longer one: the request that does not
/// come back arrived a moment ago.
void ThreadWatch::look_for_deeper_calls() {
  if (recent_.looks() < kLooksAgain) {
    return;
  }
  const std::size_t deepest = bisection_.home() ? *bisection_.home() + 1 : 0;
  if (recent_.calls().size() > deepest && rounds_ < kMostRounds &&
      (bisection_.narrowed() || bisection_.all_ended())) {
    begin(recent_.calls());
  }
  recent_.clear();
}

void ThreadWatch::arm_wanted(KernelTime now) {
  const std::vector<std::size_t> wanted = bisection_.wanted(kWatchedSlots);
  std::erase_if(armed_, [&](const Armed& armed) {
    return std::ranges::find(wanted, armed.call) == wanted.end();
  });
  for (const std::size_t call : wanted) {
    if (armed_on(call) != nullptr || armed_.size() >= kWatchedSlots || hits_ >= kMostHits) {
      continue;
    }
    auto watchpoint = Watchpoint::arm(thread_.tid, calls_[call].slot);
    if (!watchpoint) {
      // The slots that are left, if any, have to do.
      if (armed_.empty()) {
        failure_ = std::move(watchpoint).error();
      }
      return;
    }
    was_watched_ = true;
    armed_.push_back({.call = call, .since = now, .watchpoint = std::move(*watchpoint)});
  }
}

void ThreadWatch::step(KernelTime now) {
  if (failure_) {
    return;
  }
  if (calls_.empty()) {
    if (recent_.looks() < kLooksBefore) {
      return;
    }
    if (!recent_.calls().empty() && rounds_ < kMostRounds) {
      begin(recent_.calls());
    }
    recent_.clear();
  }
  take_hits(now);
  for (const Armed& armed : armed_) {
    if (last_seen_ - armed.since >= kRound) {
      bisection_.held(armed.call);
    }
  }
  look_for_deeper_calls();
  arm_wanted(now);
}

CallWatch ThreadWatch::watch_of(const RawStack& stack) const {
  return {.until = last_seen_,
          .process = thread_.process,
          .tid = thread_.tid,
          .address_space = address_space_,
          .stack = stack.hash};
}

void ThreadWatch::report(SampleSink& sink) const {
  for (const Ended& ended : ended_) {
    RawStack stack = stack_of(ended.calls, stack_end_);
    CallWatch watch = watch_of(stack);
    watch.until = ended.until;
    watch.end = ended.end;
    watch.watched = ended.watched;
    sink.accept(std::move(stack));
    sink.accept(watch);
  }
  const auto home = bisection_.home();
  for (const Armed& armed : armed_) {
    if (last_seen_ <= armed.since) {
      continue;
    }
    RawStack stack = stack_of(std::span(calls_).first(armed.call + 1), stack_end_);
    CallWatch watch = watch_of(stack);
    watch.end = CallEnd::NotYet;
    watch.watched = last_seen_ - armed.since;
    watch.callees_returned = home == armed.call && bisection_.narrowed();
    sink.accept(std::move(stack));
    sink.accept(watch);
  }
}

}  // namespace culprit
