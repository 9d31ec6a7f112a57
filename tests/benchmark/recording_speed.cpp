// SPDX-License-Identifier: Apache-2.0
// recording_speed FILE SAMPLES: writes a recording of that many samples (a day of a busy host in
// miniature: 200 threads, 5,000 stacks), reads it back, and prints bytes and speeds.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "aggregation/profile_builder.h"
#include "capture/recorder.h"
#include "capture/recording.h"

namespace {

using namespace culprit;
using namespace std::chrono_literals;

constexpr std::uint32_t kThreads = 200;
constexpr std::uint64_t kStacks = 5000;
constexpr std::uint64_t kPerWindow = 100'000;

CpuSample sample_at(std::uint64_t tick) {
  const auto thread = static_cast<std::uint32_t>(tick * 2654435761U % kThreads);
  CpuSample sample;
  sample.time = KernelTime(1h) + 1ms * tick;
  sample.task.process = {.pid = Pid(1000 + thread / 4), .start_boottime_ns = 1'000'000'000'000};
  sample.task.tid = Tid(1000 + thread);
  sample.task.thread_start_boottime_ns = 1'000'000'000'000;
  sample.task.address_space = AddressSpaceId(0x10000ULL + thread / 4);
  sample.task.cgroup = CgroupId(5000 + thread / 20);
  sample.task.comm = "worker";
  sample.cpu = CpuId(static_cast<std::uint32_t>(tick % 8));
  sample.stack = StackHash(0x9E3779B97F4A7C15ULL * (1 + tick * tick % kStacks));
  sample.progress = {.runtime_ns = 1'000'000 * tick,
                     .run_queue_ns = 200'000 * tick,
                     .voluntary_switches = tick / 10,
                     .forced_switches = tick / 7,
                     .write_calls = tick,
                     .written_bytes = tick * 100,
                     .read_calls = tick / 3};
  return sample;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

ProfileSources sources_of() {
  ProfileSources sources;
  sources.container_of = [](CgroupId v2, CgroupId) {
    return Container{.name = fmt::format("c{}", v2.value()), .cgroup = v2};
  };
  sources.process_of = [](ProcessKey) { return std::nullopt; };
  sources.process_of_pid = [](Pid) { return std::nullopt; };
  sources.resolve = [](std::span<const StackOfProcess> stacks) {
    std::vector<ResolvedStack> answers;
    for (const StackOfProcess& stack : stacks) {
      ResolvedStack& answer = answers.emplace_back();
      for (std::uint64_t depth = 0; depth < 25; ++depth) {
        answer.frames.push_back({.function = fmt::format("function_{}_{}", depth,
                                                         stack.stack->hash.value() % (depth + 7)),
                                 .file = "/src/app/file.c",
                                 .line = static_cast<std::uint32_t>(depth),
                                 .module = "app"});
      }
    }
    return answers;
  };
  return sources;
}

int write_recording(const std::string& path, std::uint64_t samples) {
  RecordingHead head;
  head.host.cpus = 8;
  head.window.start_time = KernelTime(1h);
  head.window.frequency_hz = 125;
  auto recorder = Recorder::start(path, head);
  if (!recorder) {
    fmt::print(stderr, "{}\n", recorder.error().message());
    return EXIT_FAILURE;
  }
  ProfileBuilder builder(head.host, head.window);
  for (std::uint64_t number = 0; number < kStacks; ++number) {
    RawStack stack{.hash = StackHash(0x9E3779B97F4A7C15ULL * (1 + number))};
    stack.frames.resize(25, RawFrame{});
    (*recorder)->accept(stack);
    builder.accept(stack);
  }
  for (std::uint64_t tick = 0; tick < samples; ++tick) {
    const CpuSample sample = sample_at(tick);
    (*recorder)->accept(sample);
    builder.accept(sample);
    if (tick % kPerWindow == kPerWindow - 1) {
      (*recorder)->end_window(sample.time);
      (*recorder)->wait_for_room();
    }
  }
  static_cast<void>(builder.build((*recorder)->remembered(sources_of())));
  const auto written = (*recorder)->finish(KernelTime(1h) + 1ms * samples);
  fmt::print("dropped {}, {}\n", (*recorder)->dropped(),
             written ? "written" : written.error().message());
  return written ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    return EXIT_FAILURE;
  }
  const std::string path = argv[1];
  const std::uint64_t samples = std::strtoull(argv[2], nullptr, 10);
  auto begin = std::chrono::steady_clock::now();
  if (write_recording(path, samples) != EXIT_SUCCESS) {
    return EXIT_FAILURE;
  }
  fmt::print("write {:.2f} s\n", seconds_since(begin));
  const auto bytes = std::filesystem::file_size(path);
  fmt::print("{} bytes, {:.1f} a sample\n", bytes,
             static_cast<double>(bytes) / static_cast<double>(samples));
  begin = std::chrono::steady_clock::now();
  const auto recording = Recording::open(path);
  if (!recording) {
    return EXIT_FAILURE;
  }
  ProfileBuilder builder(recording->head().host, recording->head().window,
                         recording->head().events);
  if (!recording->replay({}, builder)) {
    return EXIT_FAILURE;
  }
  fmt::print("replay {:.2f} s\n", seconds_since(begin));
  const Profile profile = builder.build(recording->sources());
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print("replay and profile {:.2f} s, {} samples, peak {} MiB (writing included)\n",
             seconds_since(begin), profile.samples, usage.ru_maxrss / 1024);
  return EXIT_SUCCESS;
}
