// SPDX-License-Identifier: Apache-2.0
#include "capture/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "capture/recording_file.h"
#include "unit/capture/recorded_run.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;

class RecordingTest : public ::testing::Test {
 protected:
  std::string path() const { return folder_.file("run.culprit"); }
  TestFolder folder_;
};

TEST_F(RecordingTest, GivesTheProfileOfTheLiveRunAgain) {
  RecordedHost recorded(path());
  fill(recorded);
  const Profile live = recorded.finish();
  auto recording = Recording::open(path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_TRUE(recording->complete());
  const Profile again = replayed(*recording);

  EXPECT_EQ(live.samples, again.samples);
  EXPECT_EQ(live.window.duration, again.window.duration);
  EXPECT_EQ(live.window.start, again.window.start);
  EXPECT_EQ(live.lost, again.lost);
  EXPECT_EQ(live.syscalls_observed_share, again.syscalls_observed_share);
  ASSERT_EQ(live.workloads.size(), again.workloads.size());
  for (std::size_t index = 0; index < live.workloads.size(); ++index) {
    const WorkloadProfile& one = live.workloads[index];
    const WorkloadProfile& other = again.workloads[index];
    EXPECT_EQ(one.container.name, other.container.name);
    EXPECT_EQ(one.cpu_cores, other.cpu_cores);
    EXPECT_EQ(one.samples_per_second, other.samples_per_second);
    EXPECT_EQ(folded(one.calls, live.frames), folded(other.calls, again.frames));
  }
  ASSERT_EQ(live.threads.size(), again.threads.size());
  EXPECT_EQ(live.threads[0].runtime, again.threads[0].runtime);
  EXPECT_EQ(live.threads[0].samples_in_syscall, again.threads[0].samples_in_syscall);
  ASSERT_EQ(live.syscalls.size(), again.syscalls.size());
  EXPECT_EQ(live.syscalls[0].count, again.syscalls[0].count);
  EXPECT_EQ(live.syscalls[0].name, again.syscalls[0].name);
  ASSERT_EQ(live.connects.size(), again.connects.size());
  EXPECT_EQ(live.connects[0].endpoint, again.connects[0].endpoint);
  EXPECT_EQ(live.connects[0].outcomes, again.connects[0].outcomes);
  ASSERT_EQ(live.listen_queues.size(), again.listen_queues.size());
  ASSERT_EQ(live.processes.size(), again.processes.size());
  EXPECT_EQ(live.processes[0].comm, again.processes[0].comm);
  EXPECT_EQ(cpu_line(live), cpu_line(again));
}

TEST_F(RecordingTest, ReplaysAPartByTime) {
  RecordedHost recorded(path());
  fill(recorded);
  recorded.finish();
  auto recording = Recording::open(path());
  ASSERT_TRUE(recording);
  const Profile part = replayed(*recording, {.from = 2s, .to = 4s - 1ns});
  EXPECT_EQ(part.samples, 100U + 20U);
}

TEST_F(RecordingTest, IsReadableByItsOwnerOnly) {
  RecordedHost recorded(path());
  struct stat facts {};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(RecordingTest, ReplacesALinkInsteadOfFollowingIt) {
  const std::string victim = folder_.file("victim");
  std::ofstream(victim) << "precious";
  std::filesystem::create_symlink(victim, path());
  { RecordedHost recorded(path()); }
  EXPECT_EQ(bytes_of(victim).size(), 8U);
}

/// A file as a killed writer leaves it: nobody has ended anything in order.
TEST_F(RecordingTest, ShowsWholeWindowsWhileTheNextOneIsWritten) {
  RecordedHost recorded(path());
  fill(recorded);
  static_cast<void>(
      recorded.host.builder.build(recorded.recorder->remembered_once(recorded.host.sources)));
  recorded.recorder->end_window(kWindowStart + 10s);
  recorded.accept(CpuSample(a_cpu_sample().of(4711).in(70).at(11s).with_stack(9)));
  Profile seen;
  for (int attempt = 0; attempt < 500 && seen.samples == 0; ++attempt) {
    std::this_thread::sleep_for(10ms);  // the writer has a thread of its own
    const std::string copy = folder_.file("copy.culprit");
    std::filesystem::copy_file(path(), copy, std::filesystem::copy_options::overwrite_existing);
    auto recording = Recording::open(copy);
    if (recording) {
      EXPECT_FALSE(recording->complete());
      seen = replayed(*recording);
    }
  }
  EXPECT_EQ(seen.samples, 600U);
  EXPECT_THAT(folded(workload_named(seen, "web").calls, seen.frames),
              ::testing::ElementsAre(::testing::HasSubstr("main;parse <tags> 500")));
}

TEST_F(RecordingTest, KeepsHostileTextsHarmless) {
  RecordedHost recorded(path());
  recorded.host.container(70, "web").labels["a"] = "<img onerror=x>";
  recorded.host.process(4711, "python3").command_line = std::string("run\x1b[31m\0here", 13);
  recorded.accept(RawStack(a_stack(9).user({0x10})));
  recorded.accept(CpuSample(a_cpu_sample().of(4711).in(70).at(1s).with_stack(9)));
  recorded.finish();
  auto recording = Recording::open(path());
  ASSERT_TRUE(recording) << recording.error().message();
  const Profile profile = replayed(*recording);
  ASSERT_EQ(profile.processes.size(), 1U);
  EXPECT_EQ(profile.processes[0].command_line.find('\x1b'), std::string::npos);
  EXPECT_EQ(profile.processes[0].command_line.find('\0'), std::string::npos);
  EXPECT_EQ(workload_named(profile, "web").container.labels.at("a"), "<img onerror=x>");
}

TEST_F(RecordingTest, SaysWhyItCannotBeWritten) {
  const auto recorder = Recorder::start(folder_.file("missing/run.culprit"), a_head());
  ASSERT_FALSE(recorder);
  EXPECT_THAT(recorder.error().message(), ::testing::HasSubstr("No such file"));
}

}  // namespace
}  // namespace culprit
