// SPDX-License-Identifier: Apache-2.0
#include "confirmation/call_chain.h"

#include <algorithm>

#include "abi/stack.h"
#include "abi/stack_hash.h"

namespace culprit {
namespace {

constexpr std::uint64_t kSlotBytes = 8;

/// Not where some walks are cut and others go on.
bool ends_at_same_frame(StackEnd end) {
  return end == StackEnd::Complete || end == StackEnd::NoUnwindRows || end == StackEnd::NoMapping;
}

}  // namespace

std::vector<Call> calls_of(const FramePlaces& places) {
  std::vector<Call> calls;
  const std::vector<FramePlace>& frames = places.places;
  if (!ends_at_same_frame(places.end) || frames.size() < 2) {
    return calls;
  }
  calls.reserve(frames.size() - 1);
  for (std::size_t index = frames.size() - 1; index > 0; --index) {
    const FramePlace& caller = frames[index];
    calls.push_back({.inside = frames[index - 1].instruction,
                     .exact = index == 1,
                     .return_address = caller.instruction.value(),
                     .slot = caller.stack_pointer - kSlotBytes});
  }
  return calls;
}

std::size_t common_calls(std::span<const Call> left, std::span<const Call> right) {
  const auto [differs, other] =
      std::mismatch(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Call& one, const Call& another) { return one.may_be(another); });
  return static_cast<std::size_t>(differs - left.begin());
}

void PersistentCalls::add(const FramePlaces& places) {
  std::vector<Call> calls = calls_of(places);
  if (calls.empty()) {
    return;
  }
  if (looks_ == 0) {
    calls_ = std::move(calls);
  } else {
    calls_.resize(common_calls(calls_, calls));
  }
  ++looks_;
}

RawStack stack_of(std::span<const Call> calls, StackEnd end) {
  RawStack stack{.hash = {}, .end = end, .frames = {}};
  std::uint64_t hash = CULPRIT_EMPTY_STACK_HASH;
  const auto push = [&](InstructionAddress address, bool exact) {
    stack.frames.push_back({.address = address, .kind = FrameKind::Native, .exact = exact});
    hash = culprit_hash_with_frame(hash, address.value(), CULPRIT_FRAME_NATIVE);
  };
  for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
    push(call->inside, call->exact);
  }
  if (!calls.empty()) {
    push(InstructionAddress(calls.front().return_address), false);
  }
  stack.hash = StackHash(hash);
  return stack;
}

}  // namespace culprit
