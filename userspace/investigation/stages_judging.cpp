// SPDX-License-Identifier: Apache-2.0
// How Stages comes to its reports and recordings.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "confirmation/confirmation.h"
#include "detectors/all_detectors.h"
#include "detectors/ruled_out.h"
#include "exporters/text_exporter.h"
#include "investigation/run_facts_json.h"
#include "investigation/runtime_frames.h"
#include "investigation/stages.h"
#include "investigation/unwinding.h"

namespace culprit {
namespace {

constexpr std::chrono::milliseconds kInterimSymbolBudget{300};
constexpr std::chrono::milliseconds kMinSymbolBudget{500};
constexpr std::chrono::milliseconds kMaxSymbolBudget{1500};
/// An answer two seconds after the window is promised; writing it takes the rest.
constexpr std::chrono::milliseconds kBesidesWindow{1750};
constexpr std::chrono::milliseconds kUnwindingPatience{500};
/// A recording is readable up to the last one of these.
constexpr std::chrono::seconds kRecordedWindow{5};

}  // namespace

Status Stages::start_recording(const RecordingHead& head) {
  if (!options_.record_to) {
    return Success{};
  }
  auto recorder = Recorder::start(*options_.record_to, head);
  if (!recorder) {
    std::error_code unknown;
    if (std::filesystem::file_size(*options_.record_to, unknown) == 0 && !unknown) {
      std::filesystem::remove(*options_.record_to, unknown);  // nothing half-written stays
    }
    if (options_.command == Command::Record) {
      recording_failed_ = true;
      return std::move(recorder).error();
    }
    limits_.add("recording", recorder.error());  // the report is wanted all the more
    return Success{};
  }
  recorder_ = std::move(*recorder);
  window_due_ = head.window.start_time + kRecordedWindow;
  return Success{};
}

/// The names that are known by now are written with the window: who kills us takes only the rest.
void Stages::end_window_when_due() {
  const KernelTime now = std::chrono::steady_clock::now();
  if (recorder_ == nullptr || now < window_due_) {
    return;
  }
  window_due_ = now + kRecordedWindow;
  const Profile profile =
      builder_->build(recorder_->remembered_once(sources(kInterimSymbolBudget)));
  Losses lost;
  // Frames without a name are asked for again at the end, and counted then.
  for (LossCount& loss : symbolizer_->take_losses(now)) {
    if (!loss.cause.starts_with("symbols_")) {
      window_losses_.push_back(std::move(loss));
    }
  }
  for (const LossCount& loss : window_losses_) {
    lost[loss.cause] += loss.count;
  }
  recorder_->describe("run", run_facts_json(run_facts(profile, /*interrupted=*/true), lost));
  recorder_->end_window(now);
}

void Stages::finish_recording(Report& report) {
  if (recorder_ == nullptr) {
    return;
  }
  recorder_->describe("run", run_facts_json(report.run, report.profile.lost));
  const auto written = recorder_->finish(std::chrono::steady_clock::now());
  if (!written) {
    report.run.limits.push_back({.what = "recording", .why = written.error().message()});
  } else if (recorder_->dropped() > 0) {
    report.run.limits.push_back(dropped_limit(recorder_->dropped()));
  }
}

ProfileSources Stages::sources(std::chrono::milliseconds symbol_budget) {
  const KernelTime deadline = std::chrono::steady_clock::now() + symbol_budget;
  ProfileSources sources;
  sources.container_of = [this](CgroupId v2, CgroupId v1) { return containers_->find(v2, v1); };
  sources.process_of = [this](ProcessKey key) {
    const ProcessFacts* facts = processes_.find(key);
    return facts == nullptr ? std::nullopt : std::optional(*facts);
  };
  sources.process_of_pid = [this](Pid pid) {
    const ProcessFacts* facts = processes_.find(pid);
    return facts == nullptr ? std::nullopt : std::optional(*facts);
  };
  sources.resolve = [this, deadline](std::span<const StackOfProcess> stacks) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    return symbolizer_->resolve(stacks, std::max(left, std::chrono::milliseconds(0)));
  };
  sources.build_ids = [this] { return symbolizer_->build_ids(); };
  sources.own_pids = helpers_.pids();
  sources.own_pids.emplace_back(static_cast<std::uint32_t>(::getpid()));
  sources.until = stopped_at_.value_or(std::chrono::steady_clock::now());
  return sources;
}

RunFacts Stages::run_facts(const Profile& profile, bool interrupted) {
  RunFacts facts{.version = std::string(culprit_version()),
                 .arguments = arguments_,
                 .limits = limits_.all(),
                 .overhead = cost_.overhead(),
                 .interrupted = interrupted};
  if (auto partial = syscall_hook_.partial_view(profile.syscalls_observed_share); partial) {
    facts.limits.push_back(std::move(*partial));
  }
  if (auto compat = compat_limit(profile); compat) {
    facts.limits.push_back(std::move(*compat));
  }
  for (ProbeHook& hook : observer_->hooks()) {
    facts.hooks.push_back({.question = std::move(hook.question),
                           .hook = std::move(hook.hook),
                           .fallback_of = std::move(hook.fallback_of)});
  }
  return facts;
}

Report Stages::judge(std::chrono::milliseconds symbol_budget, Purpose purpose, bool interrupted) {
  // The last profile is the one that is reported, and that a recording must give again.
  ProfileSources asked = sources(symbol_budget);
  Profile profile = builder_->build(recorder_ != nullptr && purpose == Purpose::Final
                                        ? recorder_->remembered(std::move(asked))
                                        : std::move(asked));
  for (const LossCount& loss : symbolizer_->take_losses(std::chrono::steady_clock::now())) {
    profile.lost[loss.cause] += loss.count;
  }
  for (const LossCount& loss : window_losses_) {
    profile.lost[loss.cause] += loss.count;
  }
  for (const std::string& limit : symbolizer_->limits()) {
    limits_.add("names", limit);
  }
  if (runtimes_ != nullptr) {
    for (const std::string& limit : runtimes_->runtimes().limits()) {
      limits_.add("names", limit);
    }
  }
  auto findings = run_detectors(profile);
  auto ruled_out = rule_out(profile, findings);
  RunFacts facts = run_facts(profile, interrupted);
  return build_report(std::move(profile), std::move(findings), std::move(ruled_out),
                      std::move(facts), {.min_confidence = options_.min_confidence});
}

std::string Stages::interim_verdict() {
  take_confirmation();
  std::string line =
      interim_line(judge(kInterimSymbolBudget, Purpose::Interim, /*interrupted=*/false));
  give_back_freed_memory(memory_lock_);
  return line;
}

/// What is left of the time that an investigation may take besides its window; files of which most
/// frames wait for a name come first.
std::chrono::milliseconds Stages::time_for_names() const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      begun_ + options_.duration + kBesidesWindow - std::chrono::steady_clock::now());
  return std::clamp(left, kMinSymbolBudget, kMaxSymbolBudget);
}

Report Stages::finish(bool interrupted) {
  take_confirmation();
  std::vector<std::string> breakpoints;
  if (confirmation_ != nullptr) {
    for (const Tid thread : confirmation_->watched()) {
      breakpoints.push_back(fmt::format("watchpoints on thread {}", thread.value()));
    }
  }
  confirmation_.reset();
  cost_.sampling_ends(*observer_, unwinding_ == nullptr ? 0 : unwinding_->table_bytes());
  observer_->stop();
  // Waiting for stacks that are still being unwound is no part of the window.
  stopped_at_ = std::chrono::steady_clock::now();
  while (!queue_.finished()) {
    take_in(std::chrono::milliseconds(0));
  }
  intake_->finish(kUnwindingPatience);
  take_engine_answer(/*wait=*/true);
  ask_about_newborn();
  take_engine_answer(/*wait=*/true);
  tell_of_ended();
  Report report = judge(time_for_names(), Purpose::Final, interrupted);
  helpers_.look();  // the last time: they end
  symbolizer_.reset();
  symbol_worker_.reset();
  intake_.reset();
  runtimes_.reset();
  unwinding_.reset();
  cost_.finish(helpers_);
  report.run.overhead = cost_.overhead();
  finish_recording(report);
  audit("end", report.verdict.headline, std::move(breakpoints));
  return report;
}

}  // namespace culprit
