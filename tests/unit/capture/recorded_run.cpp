// SPDX-License-Identifier: Apache-2.0
#include "unit/capture/recorded_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace culprit {

using namespace std::chrono_literals;

TestFolder::TestFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "culprit-test-XXXXXX";
  path_ = ::mkdtemp(pattern.data());
}

TestFolder::~TestFolder() {
  std::filesystem::remove_all(path_);
}

RecordingHead a_head() {
  RecordingHead head;
  head.host.name = "host";
  head.host.cpus = 2;
  head.window.start = std::chrono::system_clock::time_point(1'000h);
  head.window.start_time = kWindowStart;
  head.window.frequency_hz = 100;
  head.window.clock = "cpu-clock";
  return head;
}

RecordedHost::RecordedHost(const std::string& path) {
  auto started = Recorder::start(path, a_head());
  EXPECT_TRUE(started);
  recorder = std::move(*started);
}

void RecordedHost::accept(Sample sample) {
  recorder->accept(sample);
  host.accept(std::move(sample));
}

Profile RecordedHost::finish() {
  Profile profile = host.builder.build(recorder->remembered(host.sources));
  EXPECT_TRUE(recorder->finish(kWindowStart + 10s));
  return profile;
}

void fill(RecordedHost& recorded) {
  recorded.host.container(70, "web");
  recorded.host.container(71, "worker");
  recorded.host.process(4711, "python3");
  recorded.host.process(4712, "node");
  recorded.host.function(0x10, "main");
  recorded.host.function(0x20, "parse <tags>");
  recorded.host.function(0xffff0, "do_sys_open", FrameKind::Kernel, "[kernel]");
  for (const Sample& reading : host_readings({.user = 1.2, .system = 0.3, .idle = 0.5})) {
    recorded.accept(reading);
  }
  recorded.accept(RawStack(a_stack(9).user({0x20, 0x10})));
  recorded.accept(RawStack(a_stack(10).kernel({0xffff0}).user({0x10})));
  for (int tick = 0; tick < 500; ++tick) {
    recorded.accept(CpuSample(a_cpu_sample()
                                  .of(4711)
                                  .in(70)
                                  .at(20ms * tick)
                                  .named("python3")
                                  .with_stack(9)
                                  .in_address_space(5)
                                  .with_progress({.runtime_ns = 20'000'000ULL * tick})));
  }
  for (int tick = 0; tick < 100; ++tick) {
    recorded.accept(CpuSample(a_cpu_sample()
                                  .of(4712)
                                  .in(71)
                                  .at(100ms * tick)
                                  .named("node")
                                  .in_syscall(257)
                                  .with_stack(10)
                                  .in_address_space(6)));
  }
  recorded.accept(HookCoverage{.until = kWindowStart + 1s, .elapsed = 1s, .observed = 500ms});
  recorded.accept(SyscallCount(a_syscall(257).of(4712).in(71).until(1s).times(40).failing(2)));
  recorded.accept(
      ConnectCount(a_connect(ConnectOutcome::Refused).of(4712).in(71).to("172.18.0.3", 3306, 7)));
  recorded.accept(LossCount{
      .until = kWindowStart + 2s, .cause = "sample_ring_full", .cgroup = CgroupId(70), .count = 3});
  recorded.accept(
      SamplerTicks{.until = kWindowStart + 10s, .expected = 2000, .idle = 1397, .delivered = 600});
  recorded.accept(ListenQueue{.time = kWindowStart + 3s,
                              .network_namespace = 7,
                              .cgroup = CgroupId(70),
                              .pid = Pid(4711),
                              .port = 5000,
                              .waiting = 129,
                              .backlog = 128});
}

Profile replayed(const Recording& recording, const RecordingRange& range) {
  ProfileBuilder builder(recording.head().host, recording.head().window, recording.head().events);
  EXPECT_TRUE(recording.replay(range, builder));
  return builder.build(recording.sources());
}

std::vector<std::byte> bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

}  // namespace culprit
