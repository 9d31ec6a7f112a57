// SPDX-License-Identifier: Apache-2.0
#include "confirmation/confirmation.h"

#include <cerrno>
#include <span>
#include <utility>
#include <variant>

#include "abi/suspect.h"
#include "kernel/shared_maps.h"

namespace culprit {
namespace {

static_assert(kWatchedSlots == CULPRIT_WATCHED_SLOTS);

constexpr const char* kSuspects = "suspects";
/// Less than a second and a half tells nobody who never sleeps.
constexpr std::chrono::milliseconds kFirstLook{1500};
constexpr std::chrono::milliseconds kLookEvery{1000};
/// Four threads, each stopped two dozen times at most: under a hundred hits in all.
constexpr std::size_t kMostThreads = 4;

}  // namespace

Confirmation::Confirmation(const SharedMaps& shared_maps, Pid own, KernelTime started_at)
    : shared_maps_(shared_maps), suspects_(own), look_due_(started_at + kFirstLook) {}

Confirmation::~Confirmation() {
  end();
}

void Confirmation::look_at(const Sample& sample) {
  if (const auto* tick = std::get_if<CpuSample>(&sample)) {
    suspects_.look_at(*tick);
  } else if (const auto* places = std::get_if<FramePlaces>(&sample)) {
    for (const auto& watch : watches_) {
      if (watch->thread().tid == places->tid && watch->thread().process == places->process &&
          watch->thread().start_boottime_ns == places->thread_start_boottime_ns) {
        watch->look_at(*places);
      }
    }
  }
}

void Confirmation::tell_kernel(const ThreadWatch& watch) {
  culprit_suspect suspect{};
  suspect.thread_start_ns = watch.thread().start_boottime_ns;
  const WatchedSlots slots = watch.slots();
  for (std::size_t index = 0; index < slots.size(); ++index) {
    suspect.slots[index] = {.address = slots.at(index).address,  // NOLINT: the ABI's array
                            .content = slots.at(index).content};
  }
  const std::uint32_t tid = watch.thread().tid.value();
  if (auto told = shared_maps_.put(kSuspects, std::as_bytes(std::span(&tid, 1)),
                                   std::as_bytes(std::span(&suspect, 1)));
      !told && !cannot_ask_) {
    cannot_ask_ = std::move(told).error();
  }
}

void Confirmation::suspect_more(KernelTime now) {
  if (now < look_due_) {
    return;
  }
  look_due_ = now + kLookEvery;
  for (const SuspectedThread& thread : suspects_.pick(kMostThreads - watches_.size())) {
    watches_.push_back(std::make_unique<ThreadWatch>(thread));
    told_.emplace_back();
    tell_kernel(*watches_.back());
  }
}

void Confirmation::step(KernelTime now) {
  suspect_more(now);
  for (std::size_t index = 0; index < watches_.size(); ++index) {
    watches_[index]->step(now);
    if (const WatchedSlots slots = watches_[index]->slots(); slots != told_[index]) {
      told_[index] = slots;
      tell_kernel(*watches_[index]);
    }
  }
}

void Confirmation::report(SampleSink& sink) const {
  for (const auto& watch : watches_) {
    watch->report(sink);
  }
}

void Confirmation::end() {
  for (const auto& watch : watches_) {
    watch->disarm();
    const std::uint32_t tid = watch->thread().tid.value();
    shared_maps_.drop(kSuspects, std::as_bytes(std::span(&tid, 1)));
  }
}

std::vector<Tid> Confirmation::watched() const {
  std::vector<Tid> threads;
  for (const auto& watch : watches_) {
    if (watch->was_watched()) {
      threads.push_back(watch->thread().tid);
    }
  }
  return threads;
}

std::vector<Error> Confirmation::failures() const {
  std::vector<Error> failures;
  if (cannot_ask_) {
    failures.push_back(*cannot_ask_);
  }
  for (const auto& watch : watches_) {
    const std::optional<Error>& failure = watch->failure();
    if (!failure || failure->error_number() == ESRCH) {
      continue;  // a thread that has ended is no limit of this host
    }
    failures.push_back(
        failure->error_number() == ENOSPC
            ? Error("a suspected thread's debug registers are taken, by a debugger for one", ENOSPC)
            : *failure);
  }
  return failures;
}

}  // namespace culprit
