// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "detectors/all_detectors.h"
#include "unit/detectors/profile_builder.h"

namespace culprit {
namespace {

using test::blamed_function;
using test::culprits_of;
using test::find_kind;
using test::ProfileBuilder;
using test::WriteSpec;
using testing::ElementsAre;
using testing::IsEmpty;

const test::Path kChatter{"_start", "main", "chatter", "printf@libc.so.6", "write@libc.so.6"};

WorkloadIndex add_writer(ProfileBuilder& builder, double running = 1) {
  const WorkloadIndex writer = builder.container("chatty");
  builder.thread({.workload = writer,
                  .running = running,
                  .voluntary_switches = 5000,
                  .paths = {kChatter},
                  .in_syscall = {{1, 0.5}}});
  return writer;
}

// The engine, which copies what containers print.
void add_engine(ProfileBuilder& builder, double running) {
  const WorkloadIndex engine = builder.container("docker.service");
  builder.raw().workloads[engine.value()].container.kind = WorkloadKind::HostService;
  builder.thread({.workload = engine,
                  .pid = 50,
                  .comm = "dockerd",
                  .running = running,
                  .voluntary_switches = 9000,
                  .paths = {{"runtime.goexit", "copyLogs"}}});
  builder.process({.workload = engine, .pid = 50, .comm = "dockerd"});
}

TEST(LogFlood, OnStdoutIsTheWritersWithTheEngineAsInducedCost) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder, 0.4);
  add_engine(builder, 0.7);
  builder.writes({.workload = writer, .stacks = {kChatter}});
  const Profile& profile = builder.build();
  const auto findings = run_detectors(profile);
  ASSERT_THAT(culprits_of(findings), ElementsAre("log_flood"));
  const Finding& flood = findings.front();
  EXPECT_THAT(flood.workloads, ElementsAre(writer));
  EXPECT_EQ(blamed_function(profile, flood), "chatter");
  EXPECT_NEAR(flood.cost.own_cores, 0.4, 0.02);
  ASSERT_EQ(flood.cost.induced.size(), 1U);
  EXPECT_NEAR(flood.cost.induced[0].cores, 0.7, 0.02);
  EXPECT_EQ(flood.headline, "chatty floods stdout: 20000 lines/s, 2.0 MB/s");
  EXPECT_EQ(flood.target->kind, TargetKind::Stdout);
  EXPECT_GT(flood.confidence, 0.85);
}

TEST(LogFlood, SharesTheEngineWithOtherWriters) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder, 0.6);
  const WorkloadIndex quiet = builder.container("quiet");
  add_engine(builder, 0.8);
  builder.writes({.workload = writer, .calls_per_second = 3000});
  builder.writes({.workload = quiet, .pids = {300}, .calls_per_second = 1000, .text_share = 0.1});
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("log_flood"));
  EXPECT_NEAR(findings.front().cost.induced[0].cores, 0.6, 0.02);
}

TEST(LogFlood, IsNotTheEnginesThatWritesItDown) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder, 0.4);
  const std::string id(64, 'a');
  builder.raw().workloads[writer.value()].container.id = id;
  add_engine(builder, 0.7);
  builder.writes({.workload = writer, .stacks = {kChatter}});
  builder.writes({.workload = WorkloadIndex(1),
                  .pids = {50},
                  .target = WriteTarget::File,
                  .path = "/var/lib/docker/containers/" + id + "/" + id + "-json.log",
                  .append = true});
  builder.raw().writes.back().disk_free_bytes = 3'600'000'000;
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("log_flood"));
  EXPECT_THAT(findings.front().workloads, ElementsAre(writer));
  EXPECT_THAT(findings.front().explains, testing::HasSubstr("disk full in 0.5 h"));
}

TEST(LogFlood, IsTheContainersWhoseOutputTheEngineKeepsEvenIfItWasNotSeenToPrint) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder, 0.02);  // waits for the engine
  const std::string id(64, 'a');
  builder.raw().workloads[writer.value()].container.id = id;
  add_engine(builder, 0.9);
  builder.writes({.workload = WorkloadIndex(1),
                  .pids = {50},
                  .target = WriteTarget::File,
                  .path = "/var/lib/docker/containers/" + id + "/" + id + "-json.log",
                  .append = true,
                  .stacks = {{"runtime.goexit", "copyLogs"}}});
  const auto findings = run_detectors(builder.build());
  const Finding* flood = find_kind(findings, FindingKind::LogFlood);
  ASSERT_NE(flood, nullptr);
  EXPECT_THAT(flood->workloads, ElementsAre(writer));
  EXPECT_TRUE(flood->where.empty());
  ASSERT_EQ(flood->cost.induced.size(), 1U);
  EXPECT_NEAR(flood->cost.induced[0].cores, 0.9, 0.02);
}

TEST(LogFlood, IsTheHostsWhenNoContainerPrintsIt) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder, 0.4);
  builder.raw().workloads[writer.value()].container.id = "log";  // a name that somebody chose
  builder.writes({.workload = writer, .calls_per_second = 10, .stacks = {kChatter}});
  add_engine(builder, 0.7);
  builder.writes({.workload = WorkloadIndex(1),
                  .pids = {50},
                  .target = WriteTarget::File,
                  .path = "/var/log/another.log",
                  .append = true,
                  .stacks = {{"runtime.goexit", "copyLogs"}}});
  ASSERT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("log_flood"));
}

TEST(LogFlood, JustBelowLinesAndBytesIsNone) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder);
  builder.writes({.workload = writer, .calls_per_second = 990, .bytes_per_call = 1000});
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::LogFlood), nullptr);
}

TEST(LogFlood, OfFewLongLinesCounts) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder);
  builder.writes({.workload = writer, .calls_per_second = 500, .bytes_per_call = 4000});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("log_flood"));
}

TEST(LogFlood, NeedsHarm) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder, 0.05);
  builder.writes({.workload = writer, .calls_per_second = 2000});
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::LogFlood), nullptr);
}

TEST(LogFlood, BelowTheGateContributes) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder, 0.2);
  const WorkloadIndex busy = builder.container("busy");
  builder.thread({.workload = busy, .pid = 300});
  builder.writes({.workload = writer, .calls_per_second = 2000});
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), IsEmpty());
  ASSERT_NE(find_kind(findings, FindingKind::LogFlood), nullptr);
  EXPECT_EQ(find_kind(findings, FindingKind::LogFlood)->role, FindingRole::Contributing);
}

TEST(LogFlood, ThatFillsTheDiskNeedsNoGate) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder, 0.05);
  builder.writes({.workload = writer,
                  .target = WriteTarget::File,
                  .path = "/var/log/app.log",
                  .append = true,
                  .calls_per_second = 2000});
  builder.raw().writes[0].disk_free_bytes = 10'000'000'000;
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("log_flood"));
  EXPECT_EQ(findings.front().explains, "disk full in 13.9 h");
  EXPECT_EQ(find_kind(findings, FindingKind::DiskFilling), nullptr);
}

TEST(LogFlood, IsNoneForJournalsOfData) {
  for (const double syncs : {1.0, 100.0}) {
    ProfileBuilder builder;
    const WorkloadIndex writer = add_writer(builder);
    builder.writes({.workload = writer,
                    .target = WriteTarget::File,
                    .path = "/data/x.aof",
                    .append = true,
                    .syncs_per_second = syncs});
    EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::LogFlood), nullptr);
  }
}

TEST(LogFlood, IsNoneForBinaryOutputPipesAndRewrittenFiles) {
  for (const WriteTarget target : {WriteTarget::Pipe, WriteTarget::Tcp, WriteTarget::File}) {
    ProfileBuilder builder;
    const WorkloadIndex writer = add_writer(builder);
    builder.writes({.workload = writer, .target = target, .path = "/tmp/out"});
    EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::LogFlood), nullptr);
  }
  ProfileBuilder binary;
  const WorkloadIndex writer = add_writer(binary);
  binary.writes({.workload = writer, .text_share = 0.5});
  EXPECT_EQ(find_kind(run_detectors(binary.build()), FindingKind::LogFlood), nullptr);
}

/// An appended file of text, in blocks that C's stdio fills; read_share: of what is written.
Finding* flood_of_blocks(ProfileBuilder& builder, std::vector<Finding>& findings, WriteSpec spec,
                         double read_share) {
  spec.workload = add_writer(builder);
  spec.target = WriteTarget::File;
  spec.path = "/var/log/app.log";
  spec.append = true;
  builder.writes(spec);
  ThreadProfile& thread = builder.raw().threads.front();
  thread.written_bytes = 1'000'000'000;
  thread.read_bytes = static_cast<std::uint64_t>(1e9 * read_share);
  findings = run_detectors(builder.build());
  const auto found = std::ranges::find(findings, FindingKind::LogFlood, &Finding::kind);
  return found == findings.end() ? nullptr : &*found;
}

const WriteSpec kBlocks{.calls_per_second = 500,
                        .bytes_per_call = 4096,
                        .ends_line_share = 0.01,
                        .inner_line_bytes = 80};

TEST(LogFlood, InBlocksIsCountedByTheNewlinesInside) {
  ProfileBuilder builder;
  std::vector<Finding> findings;
  const Finding* flood = flood_of_blocks(builder, findings, kBlocks, 0);
  ASSERT_NE(flood, nullptr);
  EXPECT_EQ(flood->role, FindingRole::Culprit);
  // 500 blocks of 4096 bytes with a newline every 80 bytes, and 5 block ends.
  EXPECT_THAT(flood->headline, testing::HasSubstr("25605 lines/s, 2.0 MB/s"));
}

TEST(LogFlood, InBlocksCostsTheLinesThatDidNotFillOneToo) {
  for (const bool formats : {true, false}) {
    ProfileBuilder builder;
    const WorkloadIndex writer = builder.container("chatty");
    builder.thread({.workload = writer,
                    .running = formats ? 1 : 0.3,
                    .voluntary_switches = 5000,
                    .paths = {kChatter,
                              {"_start", "main", "format"},
                              {"_start", "main", "format"},
                              {"_start", "main", "format"}}});
    builder.writes({.workload = writer,
                    .target = WriteTarget::File,
                    .path = "/var/log/app.log",
                    .append = true,
                    .calls_per_second = 24000,
                    .bytes_per_call = 4000,
                    .ends_line_share = 0,
                    .inner_line_bytes = 80,
                    .stacks = {kChatter}});
    const auto findings = run_detectors(builder.build());
    const Finding* flood = find_kind(findings, FindingKind::LogFlood);
    ASSERT_NE(flood, nullptr);
    // 1.2 million lines at half a microsecond, or all that the thread took.
    EXPECT_NEAR(flood->cost.own_cores, formats ? 0.6 : 0.3, 0.02);
  }
}

TEST(LogFlood, OfPiecesIsCountedByTheirLineEnds) {
  ProfileBuilder builder;
  std::vector<Finding> findings;
  const Finding* flood = flood_of_blocks(
      builder, findings, {.calls_per_second = 40000, .bytes_per_call = 15, .ends_line_share = 0.25},
      0);
  ASSERT_NE(flood, nullptr);
  EXPECT_THAT(flood->headline, testing::HasSubstr("10000 lines/s"));
}

TEST(LogFlood, IsNoneOfAFilterThatAppendsToAFile) {
  ProfileBuilder builder;
  std::vector<Finding> findings;
  EXPECT_EQ(flood_of_blocks(builder, findings, kBlocks, 0.2), nullptr);
}

TEST(LogFlood, IsNoneOfTextWithoutLinesOrOfMostlyBinaryBlocks) {
  WriteSpec endless = kBlocks;
  endless.ends_line_share = 0;
  endless.inner_line_bytes = 6000;
  WriteSpec binary = kBlocks;
  binary.text_share = 0.85;
  for (const WriteSpec& spec : {endless, binary}) {
    ProfileBuilder builder;
    std::vector<Finding> findings;
    EXPECT_EQ(flood_of_blocks(builder, findings, spec, 0), nullptr);
  }
}

TEST(LogFlood, OfManyLinesInOneWriteIsOneRecordForEachRequest) {
  for (const bool chatty : {true, false}) {
    ProfileBuilder builder;
    const WorkloadIndex writer = add_writer(builder);
    builder.writes({.workload = writer,
                    .target = WriteTarget::File,
                    .path = "/data/commands.aof",
                    .append = true,
                    .inner_line_bytes = 10});
    builder.exchanges(writer, 100, chatty ? 100 : 20000, /*client=*/false);
    const auto findings = run_detectors(builder.build());
    EXPECT_EQ(find_kind(findings, FindingKind::LogFlood) != nullptr, chatty);
  }
}

TEST(LogFlood, OfAScriptCostsTheOpeningOfItsFile) {
  for (const double opens_per_s : {20000.0, 200.0, 200000.0}) {
    ProfileBuilder builder;
    const WorkloadIndex script = builder.container("script");
    builder.thread({.workload = script,
                    .paths = {{"_start", "main", "echo", "write@libc.so.6"},
                              {"_start", "main", "redirect", "open@libc.so.6"},
                              {"_start", "main", "redirect", "open@libc.so.6"},
                              {"_start", "main", "parse"}},
                    .in_syscall = {{1, 0.2}, {257, 0.4}}});
    builder.syscall(100, "write", 20000);
    builder.syscall(100, "openat", opens_per_s);
    for (SyscallActivity& activity : builder.raw().syscalls) {
      activity.number = activity.name == "write" ? 1 : 257;
    }
    builder.writes({.workload = script,
                    .target = WriteTarget::File,
                    .path = "/var/log/script.log",
                    .append = true,
                    .stacks = {{"_start", "main", "echo", "write@libc.so.6"}}});
    const auto findings = run_detectors(builder.build());
    const Finding* flood = find_kind(findings, FindingKind::LogFlood);
    ASSERT_NE(flood, nullptr);
    EXPECT_NEAR(flood->cost.own_cores, opens_per_s == 20000 ? 0.6 : 0.25, 0.03) << opens_per_s;
  }
}

TEST(LogFlood, ComesFromOnePlaceInTheCode) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder);
  builder.writes({.workload = writer,
                  .stacks = {{"_start", "main", "one", "write@libc.so.6"},
                             {"_start", "main", "two", "write@libc.so.6"},
                             {"_start", "main", "three", "write@libc.so.6"}}});
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::LogFlood), nullptr);
}

TEST(LogFlood, OfAServerIsManyLinesForEachRequest) {
  for (const bool chatty : {true, false}) {
    ProfileBuilder builder;
    const WorkloadIndex writer = add_writer(builder);
    builder.writes({.workload = writer,
                    .target = WriteTarget::File,
                    .path = "/var/log/access.log",
                    .append = true});
    builder.exchanges(writer, 100, chatty ? 100 : 20000, /*client=*/false);
    const auto findings = run_detectors(builder.build());
    EXPECT_EQ(find_kind(findings, FindingKind::LogFlood) != nullptr, chatty);
  }
}

TEST(DiskFilling, IsSaidOfAppendedFilesThatAreNoLogs) {
  ProfileBuilder builder;
  const WorkloadIndex writer = add_writer(builder, 0.1);
  builder.writes({.workload = writer,
                  .target = WriteTarget::File,
                  .path = "/data/dump",
                  .append = true,
                  .text_share = 0});
  builder.raw().writes[0].disk_free_bytes = 1'000'000'000;
  const auto findings = run_detectors(builder.build());
  EXPECT_NE(find_kind(findings, FindingKind::DiskFilling), nullptr);
  EXPECT_THAT(culprits_of(findings), IsEmpty());
}

}  // namespace
}  // namespace culprit
