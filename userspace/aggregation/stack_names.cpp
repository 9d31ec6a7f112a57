// SPDX-License-Identifier: Apache-2.0
#include "aggregation/stack_names.h"

#include <algorithm>

#include "aggregation/limits.h"
#include "aggregation/special_frames.h"

namespace culprit {

StackNames::StackNames(const StackStore& stacks, FrameTable& frames)
    : stacks_(stacks), frames_(frames) {
  unknown_.frames = {frames_.intern(special_frame(kUnknownStackFrame))};
  learn_traits();
}

/// Kernel addresses mean the same everywhere; a stack of them is named once.
StackUse StackNames::normalised(const StackUse& use) const {
  const StackStore::Entry* entry = stacks_.find(use.hash);
  if (entry == nullptr || entry->kernel_only) {
    return {.hash = use.hash, .process = {}, .address_space = {}};
  }
  return use;
}

void StackNames::want(const StackUse& use) {
  const StackUse key = normalised(use);
  if (stacks_.find(key.hash) != nullptr &&
      wanted_.emplace(key, static_cast<std::uint32_t>(order_.size())).second) {
    order_.push_back(key);
  }
}

void StackNames::learn_traits() {
  while (traits_.size() < frames_.size()) {
    const ResolvedFrame& frame = frames_.at(FrameId(static_cast<std::uint32_t>(traits_.size())));
    traits_.push_back({.unresolved = culprit::is_unresolved(frame),
                       .softirq = serves_softirq(frame),
                       .interrupt = enters_interrupt(frame),
                       .runtime = runtime_of_frame(frame)});
  }
}

FrameId StackNames::intern(const ResolvedFrame& frame) {
  FrameId id;
  if (frames_.size() < kFrameLimit) {
    id = frames_.intern(frame);
  } else if (const auto known = frames_.find(frame); known) {
    id = *known;
  } else {
    ++refused_frames_;
    id = frames_.intern(special_frame(kOtherFrame));
  }
  learn_traits();
  return id;
}

NamedStack StackNames::named(const ResolvedStack& resolved) {
  NamedStack stack;
  stack.end = resolved.end;
  // The innermost frames say what runs; they are the last ones.
  const std::size_t cut = resolved.frames.size() - std::min(resolved.frames.size(), kPathLimit);
  if (cut > 0) {
    stack.end = StackEnd::DepthLimit;
  }
  if (stack.end != StackEnd::Complete) {
    stack.frames.push_back(intern(special_frame(kTruncatedStackFrame)));
  }
  for (const ResolvedFrame& frame : std::span(resolved.frames).subspan(cut)) {
    const FrameId id = intern(frame);
    const Traits& traits = traits_[id.value()];
    stack.serves_softirq = stack.serves_softirq || traits.softirq;
    if (traits.interrupt && stack.interrupt_begin == 0) {
      stack.interrupt_begin = stack.frames.size();
    }
    if (!traits.runtime.empty()) {
      stack.runtime = traits.runtime;
    }
    stack.frames.push_back(id);
  }
  if (stack.frames.empty()) {
    stack.frames = unknown_.frames;
  }
  return stack;
}

void StackNames::resolve(const ProfileSources& sources) {
  // Named stacks are large; so only a few are held as texts at a time.
  std::vector<StackOfProcess> question;
  for (std::size_t first = named_.size(); first < order_.size(); first += kStacksPerQuestion) {
    const std::size_t last = std::min(order_.size(), first + kStacksPerQuestion);
    question.clear();
    for (std::size_t index = first; index < last; ++index) {
      const StackUse& use = order_[index];
      question.push_back({.stack = &stacks_.find(use.hash)->stack,
                          .process = use.process,
                          .address_space = use.address_space});
    }
    const std::vector<ResolvedStack> answer = sources.resolve(question);
    for (std::size_t index = 0; index < question.size(); ++index) {
      named_.push_back(index < answer.size() ? named(answer[index]) : unknown_);
    }
  }
}

const NamedStack& StackNames::at(const StackUse& use) const {
  const auto known = wanted_.find(normalised(use));
  return known == wanted_.end() ? unknown_ : named_[known->second];
}

bool StackNames::is_missing(const StackUse& use) const {
  return use.hash != StackHash(0) && stacks_.find(use.hash) == nullptr;
}

}  // namespace culprit
