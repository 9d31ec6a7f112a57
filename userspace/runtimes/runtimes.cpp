// SPDX-License-Identifier: Apache-2.0
#include "runtimes/runtimes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

#include "abi/runtime_space.h"

namespace culprit {
namespace {

/// A process may be so young that its runtime has not begun yet.
constexpr std::array kRetryAfter = {std::chrono::milliseconds(100), std::chrono::milliseconds(300),
                                    std::chrono::milliseconds(1000),
                                    std::chrono::milliseconds(3000)};

/// Frames asked for at once.
constexpr std::size_t kFramesPerQuestion = 256;

constexpr const char* kSpacesMap = "runtime_spaces";

KernelTime now_monotonic() {
  return std::chrono::steady_clock::now();
}

bool is_of_runtime(FrameKind kind) {
  return kind == FrameKind::Python || kind == FrameKind::JavaScript || kind == FrameKind::Java ||
         kind == FrameKind::Jit;
}

}  // namespace

std::size_t Runtimes::FrameHash::operator()(const FrameKey& key) const {
  std::size_t hash = std::hash<ProcessKey>{}(key.space.process);
  for (const std::uint64_t part :
       {key.space.id.value(), key.address,
        std::uint64_t{key.extra} << 32U | std::uint64_t{key.check} << 8U |
            static_cast<std::uint64_t>(key.kind)}) {
    hash = (hash ^ part) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29U;
  }
  return hash;
}

Runtimes::Runtimes(RuntimeWorker worker, const ProcessMaps& maps, Sides sides, Limits limits,
                   const std::vector<RuntimeKind>& kinds)
    : worker_(std::move(worker)),
      maps_(maps),
      sides_(std::move(sides)),
      limits_(limits),
      kinds_(kinds) {
  for (const RuntimeKind& kind : kinds_) {
    runtimes_.push_back(kind.make());
  }
}

Runtimes::~Runtimes() = default;

Runtimes::Space& Runtimes::space_of(const AddressSpaceKey& key, KernelTime now) {
  const auto known = spaces_.find(key);
  if (known != spaces_.end()) {
    known->second.last_use = now;
    return known->second;
  }
  if (const auto before = space_of_pid_.find(key.process.pid);
      before != space_of_pid_.end() && before->second != key) {
    end(AddressSpaceKey(before->second));
  }
  make_room();
  space_of_pid_[key.process.pid] = key;
  Space& space = spaces_[key];
  space.last_use = now;
  space.look_due = now_monotonic();
  return space;
}

void Runtimes::make_room() {
  if (spaces_.size() < limits_.spaces) {
    return;
  }
  const auto oldest = std::ranges::min_element(
      spaces_, {}, [](const auto& entry) { return entry.second.last_use; });
  end(AddressSpaceKey(oldest->first));
}

void Runtimes::end(const AddressSpaceKey& key) {
  const auto known = spaces_.find(key);
  if (known == spaces_.end()) {
    return;
  }
  frames_unread_ += known->second.wanted.size();
  for (const auto& [runtime, file] : known->second.entered) {
    runtimes_[runtime]->leave(key);
  }
  if (!known->second.entered.empty()) {
    sides_.drop(key, kSpacesMap);
  }
  const auto current = space_of_pid_.find(key.process.pid);
  if (current != space_of_pid_.end() && current->second == key) {
    space_of_pid_.erase(current);
  }
  spaces_.erase(known);
}

void Runtimes::sampled(const AddressSpaceKey& space, StackHash stack, KernelTime now) {
  if (space.id == AddressSpaceId()) {
    return;
  }
  want_stack(space, space_of(space, now), stack);
}

void Runtimes::met(Pid pid, StackHash stack) {
  const auto current = space_of_pid_.find(pid);
  if (current != space_of_pid_.end()) {
    want_stack(current->second, spaces_.at(current->second), stack);
  }
}

void Runtimes::want_stack(const AddressSpaceKey& key, Space& space, StackHash hash) {
  if (space.entered.empty() || !space.stacks.insert(hash).second) {
    return;
  }
  const auto stack = stacks_.find(hash);
  if (stack == stacks_.end()) {
    space.stacks.erase(hash);  // its frames may still come
    return;
  }
  want(key, space, stack->second);
}

void Runtimes::accept(const ProcessEvent& event) {
  if (event.kind == ProcessEventKind::Fork) {
    return;
  }
  const auto current = space_of_pid_.find(event.task.process.pid);
  if (current != space_of_pid_.end() &&
      (event.kind == ProcessEventKind::Exit || current->second.id != event.task.address_space)) {
    end(AddressSpaceKey(current->second));
  }
}

void Runtimes::accept(const ExecutableMapping& event) {
  const auto current = space_of_pid_.find(event.pid);
  if (current == space_of_pid_.end()) {
    return;
  }
  const bool of_interest = std::ranges::any_of(
      kinds_, [&](const RuntimeKind& kind) { return kind.may_be(event.path, false); });
  if (of_interest) {
    Space& space = spaces_.at(current->second);
    space.look_due = now_monotonic();
    space.looks = 0;
  }
}

void Runtimes::accept(const RawStack& stack) {
  std::vector<RawFrame> frames;
  std::ranges::copy_if(stack.frames, std::back_inserter(frames),
                       [](const RawFrame& frame) { return is_of_runtime(frame.kind); });
  if (frames.empty()) {
    return;
  }
  if (stacks_.size() >= limits_.stacks) {
    ++stacks_full_;
    return;
  }
  stacks_.emplace(stack.hash, std::move(frames));
}

void Runtimes::want(const AddressSpaceKey& key, Space& space, const std::vector<RawFrame>& frames) {
  for (const RawFrame& frame : frames) {
    if (names_.size() >= limits_.frames) {
      ++frames_full_;
      return;
    }
    if (names_.emplace(key_of(key, frame), FrameNames()).second) {
      space.wanted.push_back(frame);
    }
  }
}

Runtimes::FrameKey Runtimes::key_of(const AddressSpaceKey& space, const RawFrame& frame) {
  return {.space = space,
          .address = frame.address.value(),
          .extra = frame.extra,
          .check = frame.check,
          .kind = frame.kind};
}

void Runtimes::settle() {
  work(now_monotonic() + limits_.settle_time);
}

void Runtimes::finish(std::chrono::milliseconds patience) {
  work(now_monotonic() + patience);
}

void Runtimes::work(KernelTime deadline) {
  worker_.set_deadline(deadline);
  for (auto& [key, space] : spaces_) {
    const KernelTime now = now_monotonic();
    if (now >= deadline) {
      return;
    }
    if (space.look_due && now >= *space.look_due) {
      look_at(key, space);
    }
    if (!space.wanted.empty()) {
      name_wanted(key, space);
    }
  }
}

const Runtimes::FileFacts* Runtimes::facts_of(FileId file, bool executable) {
  const auto known = files_.find(file);
  if (known != files_.end()) {
    return &known->second;
  }
  FileFacts facts;
  for (std::size_t index = 0; index < kinds_.size() && !facts.runtime; ++index) {
    if (!kinds_[index].may_be(maps_.files().path(file), executable)) {
      continue;
    }
    auto content = worker_.read_file(index, file, maps_.files().descriptor(file));
    if (content) {
      facts = {.runtime = index, .facts = *std::move(content)};
    } else if (content.error().error_number() == EAGAIN) {
      return nullptr;
    }
  }
  return &files_.emplace(file, std::move(facts)).first->second;
}

void Runtimes::look_at(const AddressSpaceKey& key, Space& space) {
  space.look_due.reset();
  space.ranges = maps_.executable_ranges(key);
  bool executable = true;  // the first mapped file, by address or by the loader's habit
  for (const ExecutableRange& range : space.ranges) {
    if (range.kind != MappingKind::File) {
      continue;
    }
    const FileFacts* facts = facts_of(range.file, std::exchange(executable, false));
    if (facts == nullptr) {
      space.look_due = now_monotonic() + kRetryAfter.front();
      continue;
    }
    const auto entered = [&](const auto& entry) { return entry.first == *facts->runtime; };
    if (facts->runtime && std::ranges::none_of(space.entered, entered)) {
      enter(key, space, *facts->runtime, range.file);
    }
  }
}

void Runtimes::enter(const AddressSpaceKey& key, Space& space, std::size_t runtime, FileId file) {
  const auto entered =
      runtimes_[runtime]->enter(process(key, space, runtime, file), files_.at(file).facts);
  if (!entered) {
    if (space.looks < kRetryAfter.size()) {
      space.look_due = now_monotonic() + kRetryAfter.at(space.looks++);
    } else {
      ++unreadable_[std::string(kinds_[runtime].name) + ": " + entered.error().message()];
    }
    return;
  }
  space.entered.emplace_back(runtime, file);
  space.kernel_bits |= kinds_[runtime].kernel_bit;
  const culprit_runtime_space value{.runtimes = space.kernel_bits, .reserved = 0};
  if (const auto put = sides_.put(key, kSpacesMap, std::as_bytes(std::span(&value, 1))); !put) {
    ++unreadable_[put.error().message()];
  }
}

RuntimeProcess Runtimes::process(const AddressSpaceKey& key, const Space& space,
                                 std::size_t runtime, FileId file) {
  return {
      .space = key,
      .ranges = space.ranges,
      .file = file,
      .ask =
          [this, key, runtime](std::span<const std::byte> question) {
            return worker_.read_memory(runtime, key, question);
          },
      .put = [this, key](const char* map,
                         std::span<const std::byte> value) { return sides_.put(key, map, value); },
      .drop = [this, key](const char* map) { sides_.drop(key, map); }};
}

void Runtimes::name_wanted(const AddressSpaceKey& key, Space& space) {
  for (const auto& [runtime, file] : space.entered) {
    const auto& kinds = kinds_[runtime].frame_kinds;
    // Not std::ranges::partition: clang 14 cannot compile its result.
    const auto own = std::partition(
        space.wanted.begin(), space.wanted.end(),
        [&](const RawFrame& frame) { return std::ranges::find(kinds, frame.kind) == kinds.end(); });
    const auto others = static_cast<std::size_t>(space.wanted.end() - own);
    const std::size_t count = std::min(others, kFramesPerQuestion);
    if (count == 0) {
      continue;
    }
    const std::vector<RawFrame> asked(space.wanted.end() - static_cast<std::ptrdiff_t>(count),
                                      space.wanted.end());
    space.wanted.resize(space.wanted.size() - count);
    RuntimeProcess subject = process(key, space, runtime, file);
    bool in_time = true;
    subject.ask = [ask = std::move(subject.ask), &in_time](std::span<const std::byte> question) {
      auto answer = ask(question);
      in_time = in_time && (answer || answer.error().error_number() != EAGAIN);
      return answer;
    };
    auto named = runtimes_[runtime]->name(subject, asked);
    named.resize(asked.size());
    for (std::size_t index = 0; index < asked.size(); ++index) {
      if (named[index].empty() && !in_time) {
        space.wanted.push_back(asked[index]);
        continue;
      }
      frames_unread_ += named[index].empty() ? 1 : 0;
      names_[key_of(key, asked[index])] = std::move(named[index]);
    }
  }
}

FrameNames Runtimes::names(const RawFrame& frame, const AddressSpaceKey& space) const {
  const auto known = names_.find(key_of(space, frame));
  return known == names_.end() ? FrameNames() : known->second;
}

std::vector<std::string> Runtimes::limits() const {
  std::vector<std::string> sentences;
  for (const auto& [sentence, processes] : unreadable_) {
    sentences.push_back(
        processes == 1 ? sentence : sentence + " (" + std::to_string(processes) + " processes)");
  }
  return sentences;
}

std::vector<LossCount> Runtimes::take_losses(KernelTime now) {
  std::vector<LossCount> losses;
  for (const auto& [cause, count] : {std::pair("runtime_frames_unread", &frames_unread_),
                                     {"runtime_stacks_full", &stacks_full_},
                                     {"runtime_frames_full", &frames_full_}}) {
    if (*count != 0) {
      losses.push_back(
          {.until = now, .cause = cause, .cgroup = {}, .count = std::exchange(*count, 0)});
    }
  }
  return losses;
}

}  // namespace culprit
