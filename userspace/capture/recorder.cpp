// SPDX-License-Identifier: Apache-2.0
#include "capture/recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace culprit {
namespace {

/// Observations that are handed over before their window ends, so that they do not pile up here.
constexpr std::size_t kBatch = 20'000;

std::string text_of(std::int64_t number) {
  return std::to_string(number);
}

}  // namespace

Result<std::unique_ptr<Recorder>> Recorder::start(const std::string& path,
                                                  const RecordingHead& head) {
  const KernelTime start = head.window.start_time;
  auto file = RecordingFile::create(path, start);
  if (!file) {
    return std::move(file).error();
  }
  std::unique_ptr<Recorder> recorder(
      new Recorder(std::make_unique<RecordingWriter>(std::move(*file)), start));
  const auto wall =
      std::chrono::duration_cast<std::chrono::nanoseconds>(head.window.start.time_since_epoch());
  recorder->batch_.facts = {{"host_name", head.host.name},
                            {"host_boot_id", head.host.boot_id},
                            {"host_kernel", head.host.kernel},
                            {"host_cpus", text_of(head.host.cpus)},
                            {"host_memory_bytes", std::to_string(head.host.memory_bytes)},
                            {"start_unix_ns", text_of(wall.count())},
                            {"start_monotonic_ns", text_of(start.time_since_epoch().count())},
                            {"frequency_hz", fmt::format("{}", head.window.frequency_hz)},
                            {"clock", head.window.clock},
                            {"filtered", head.window.filtered ? "1" : "0"},
                            {"cgroup_numbering", head.events == CgroupNumbering::V1 ? "v1" : "v2"},
                            {"min_confidence", fmt::format("{}", head.min_confidence)},
                            {"complete", "0"}};
  recorder->end_window(start);  // an empty recording says whose it is
  return recorder;
}

void Recorder::accept(Sample sample) {
  if (std::holds_alternative<StackCopy>(sample)) {
    return;  // large, and its stack comes once more when it has been unwound
  }
  batch_.samples.push_back(std::move(sample));
  if (batch_.samples.size() >= kBatch) {
    hand_over();
  }
}

void Recorder::hand_over() {
  writer_->hand_over(std::exchange(batch_, Batch()));
}

Recorder::Question Recorder::question_of(const StackOfProcess& stack) {
  return {
      .stack = stack.stack->hash, .process = stack.process, .address_space = stack.address_space};
}

std::uint32_t Recorder::number_of(const ResolvedStack& stack) {
  std::uint32_t number = 0;
  for (const ResolvedFrame& frame : stack.frames) {
    const std::size_t before = frames_.size();
    const std::uint32_t id = frames_.intern(frame).value();
    if (frames_.size() != before) {
      batch_.frames.emplace_back(id, frame);
    }
    const auto next = static_cast<std::uint32_t>(stacks_.size()) + 1;
    const auto [known, added] = stacks_.try_emplace((std::uint64_t{number} << 32U) | id, next);
    if (added) {
      batch_.stacks.push_back({.id = next, .caller = number, .frame = id});
    }
    number = known->second;
  }
  return number;
}

void Recorder::keep(const Question& question, const ResolvedStack& answer) {
  const std::uint32_t named = number_of(answer);
  const auto [known, added] = namings_.try_emplace(question, answer.end, named);
  if (added || known->second != std::pair(answer.end, named)) {
    known->second = {answer.end, named};
    batch_.namings.push_back({.stack = question.stack,
                              .process = question.process,
                              .address_space = question.address_space,
                              .end = answer.end,
                              .named = named});
  }
}

void Recorder::keep_answers_of(ProfileSources& sources) {
  sources.container_of = [this, ask = std::move(sources.container_of)](CgroupId v2, CgroupId v1) {
    Container container = ask(v2, v1);
    batch_.containers.push_back({.v2 = v2, .v1 = v1, .container = container});
    return container;
  };
  sources.process_of = [this, ask = std::move(sources.process_of)](ProcessKey key) {
    auto facts = ask(key);
    if (facts) {
      processes_.insert(key);
      batch_.processes.push_back({.asked = key, .facts = *facts});
    }
    return facts;
  };
  sources.process_of_pid = [this, ask = std::move(sources.process_of_pid)](Pid pid) {
    auto facts = ask(pid);
    if (facts) {
      batch_.processes.push_back({.asked = {.pid = pid}, .facts = *facts});
    }
    return facts;
  };
  sources.resolve = [this,
                     ask = std::move(sources.resolve)](std::span<const StackOfProcess> stacks) {
    auto answers = ask(stacks);
    for (std::size_t index = 0; index < std::min(stacks.size(), answers.size()); ++index) {
      keep(question_of(stacks[index]), answers[index]);
    }
    return answers;
  };
}

void Recorder::keep_common_facts(const ProfileSources& sources) {
  std::string pids;
  for (const Pid pid : sources.own_pids) {
    pids += (pids.empty() ? "" : " ") + std::to_string(pid.value());
  }
  describe("own_pids", pids);
  if (sources.own_cgroup) {
    describe("own_cgroup", std::to_string(sources.own_cgroup->value()));
  }
}

ProfileSources Recorder::remembered(ProfileSources sources) {
  keep_common_facts(sources);
  if (sources.until) {
    const std::chrono::nanoseconds end = sources.until->time_since_epoch();
    describe("end_monotonic_ns", text_of(end.count()));
  }
  keep_answers_of(sources);
  return sources;
}

ProfileSources Recorder::remembered_once(ProfileSources sources) {
  keep_common_facts(sources);
  keep_answers_of(sources);
  sources.process_of = [this, ask = std::move(sources.process_of)](ProcessKey key) {
    return processes_.contains(key) ? std::nullopt : ask(key);
  };
  sources.resolve = [this,
                     ask = std::move(sources.resolve)](std::span<const StackOfProcess> stacks) {
    std::vector<StackOfProcess> unknown;
    for (const StackOfProcess& stack : stacks) {
      if (!namings_.contains(question_of(stack))) {
        unknown.push_back(stack);
      }
    }
    if (!unknown.empty()) {
      ask(unknown);
    }
    return std::vector<ResolvedStack>(stacks.size());
  };
  return sources;
}

void Recorder::describe(const std::string& name, std::string value) {
  batch_.facts.emplace_back(name, std::move(value));
}

void Recorder::end_window(KernelTime end) {
  batch_.window = WindowBounds{.start = window_began_, .end = end};
  window_began_ = end;
  hand_over();
}

Status Recorder::finish(KernelTime end) {
  describe("complete", "1");
  describe("dropped", std::to_string(writer_->dropped()));
  end_window(end);
  return writer_->finish();
}

}  // namespace culprit
