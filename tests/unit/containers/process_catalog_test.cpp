// SPDX-License-Identifier: Apache-2.0
#include "containers/process_catalog.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "containers/proc_text.h"
#include "unit/containers/temporary_folder.h"

namespace culprit {
namespace {

using test::TemporaryFolder;

constexpr std::uint64_t kTickNs = 10000000;

std::string stat_line(const std::string& comm, std::uint64_t start_ticks) {
  return "42 (" + comm + ") S 7 42 42 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 1 0 " +
         std::to_string(start_ticks) + " 1000 200 18446744073709551615 1 1 0 0\n";
}

TEST(ProcText, ReadsStatWhateverTheProcessCallsItself) {
  const auto stat = parse_proc_stat(stat_line("a) S 1 (b", 1234));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->comm, "a) S 1 (b");
  EXPECT_EQ(stat->parent, 7U);
  EXPECT_EQ(stat->user_ticks, 150U);
  EXPECT_EQ(stat->system_ticks, 50U);
  EXPECT_EQ(stat->start_ticks, 1234U);
  for (const char* text : {"", "(", ")", ")(", "1 (x", "1 (x) S", "1 (x) S a b c",
                           "1 (x) S -1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22"}) {
    EXPECT_FALSE(parse_proc_stat(text)) << text;
  }
}

TEST(ProcText, ReadsStatusCgroupAndLinks) {
  EXPECT_EQ(parse_inner_pid("Name:\tx\nNSpid:\t42\t1\n"), 1U);
  EXPECT_EQ(parse_inner_pid("NSpid:\t42\n"), std::nullopt);
  EXPECT_EQ(parse_inner_pid("NSpid:\t42\tx\n"), std::nullopt);
  EXPECT_EQ(parse_inner_pid(""), std::nullopt);
  const ProcCgroups cgroups = parse_proc_cgroup(
      "12:pids:/p\n11:memory:/m\n4:cpu,cpuacct:/docker/x:y\n1:name=systemd:/s\n0::/v2\n");
  EXPECT_EQ(cgroups.v2, "/v2");
  EXPECT_EQ(cgroups.v1, "/docker/x:y");
  EXPECT_EQ(parse_proc_cgroup("11:memory:/m\n12:pids:/p\n").v1, "/m");
  EXPECT_EQ(parse_proc_cgroup("\n:\n::\nx").v2, "");
  EXPECT_EQ(parse_namespace_link("net:[4026531840]"), 4026531840U);
  for (const char* link : {"", "net:[]", "net:[x]", "][", "net:[99999999999]"}) {
    EXPECT_EQ(parse_namespace_link(link), std::nullopt) << link;
  }
}

class ProcessCatalogTest : public testing::Test {
 protected:
  void process(std::uint32_t pid, const std::string& comm, std::uint64_t start_ticks) {
    const std::string folder = std::to_string(pid) + "/";
    proc_.file(folder + "stat", stat_line(comm, start_ticks));
    proc_.file(folder + "status", "NSpid:\t" + std::to_string(pid) + "\t1\n");
    proc_.file(folder + "cmdline", std::string("python3\0app.py\0--password=x\0", 28));
    proc_.file(folder + "cgroup", "1:cpu:/docker/" + std::string(64, 'a') + "\n0::/\n");
    if (!std::filesystem::exists(proc_.path(folder + "exe"))) {
      proc_.link(folder + "exe", "/usr/bin/python3");
      proc_.link(folder + "ns/net", "net:[4026532000]");
    }
  }
  ProcessCatalog catalog() {
    return ProcessCatalog(ProcessReader(proc_.path()), [this] { return now_; });
  }
  static Task task(std::uint32_t pid, std::uint64_t start_ns, std::string comm = "python3") {
    Task made;
    made.process = {Pid(pid), start_ns};
    made.tid = Tid(pid);
    made.comm = std::move(comm);
    return made;
  }
  ProcessEvent event(ProcessEventKind kind, const Task& of) {
    ProcessEvent made;
    made.time = now_;
    made.kind = kind;
    made.task = of;
    made.parent = Pid(7);
    return made;
  }

  TemporaryFolder proc_;
  KernelTime now_{std::chrono::hours(1)};
};

TEST_F(ProcessCatalogTest, ReadsAProcessAtFirstSight) {
  process(42, "python3", 1000);
  ProcessCatalog known = catalog();
  const ProcessFacts& facts = known.meet(task(42, 1000 * kTickNs + 1234567));
  EXPECT_EQ(facts.key.start_boottime_ns, 1000 * kTickNs + 1234567);
  EXPECT_EQ(facts.comm, "python3");
  EXPECT_EQ(facts.command_line, "python3 app.py --password=[redacted]");
  EXPECT_EQ(facts.executable, "/usr/bin/python3");
  EXPECT_EQ(facts.inner_pid, 1U);
  EXPECT_EQ(facts.cgroup_path, "/docker/" + std::string(64, 'a'));
  EXPECT_EQ(facts.network_namespace, 4026532000U);
  EXPECT_EQ(facts.lifetime_cpu, std::chrono::seconds(2));
  EXPECT_EQ(facts.parent, Pid(7));
  EXPECT_TRUE(facts.started_at);
}

TEST_F(ProcessCatalogTest, KeepsWhatHasEnded) {
  process(42, "python3", 1000);
  ProcessCatalog known = catalog();
  known.scan();
  proc_.remove("42");
  const Task ended = task(42, 1000 * kTickNs + 99);
  known.observe(event(ProcessEventKind::Exit, ended));
  ASSERT_NE(known.find(ended.process), nullptr);
  EXPECT_EQ(known.find(ended.process)->executable, "/usr/bin/python3");
  EXPECT_EQ(known.unread(), 0U);
  EXPECT_TRUE(known.living().empty());
}

TEST_F(ProcessCatalogTest, TellsThePidsNewOwnerApart) {
  process(42, "old", 1000);
  ProcessCatalog known = catalog();
  known.scan();
  process(42, "new", 5000);
  const Task next = task(42, 5000 * kTickNs + 5, "new");
  EXPECT_EQ(known.meet(next).comm, "new");
  EXPECT_EQ(known.find({Pid(42), 1000 * kTickNs})->comm, "old");
  EXPECT_EQ(known.find(Pid(42))->comm, "new");
  EXPECT_EQ(known.find(ProcessKey{Pid(42), 3000 * kTickNs}), nullptr);
  EXPECT_EQ(known.find(Pid(43)), nullptr);
  // A late event about the old one does not get the new one's command line.
  ProcessCatalog late = catalog();
  EXPECT_EQ(late.meet(task(42, 1000 * kTickNs, "old")).command_line, "");
  EXPECT_EQ(late.find(Pid(42))->comm, "old");
}

TEST_F(ProcessCatalogTest, LooksAgainAfterAnExec) {
  process(42, "sh", 1000);
  ProcessCatalog known = catalog();
  const Task same = task(42, 1000 * kTickNs, "app");
  known.meet(same);
  process(42, "app", 1000);
  known.observe(event(ProcessEventKind::Exec, same));
  EXPECT_EQ(known.find(same.process)->comm, "app");
  proc_.remove("42/cmdline");
  proc_.file("42/cmdline", std::string("app\0--fast\0", 11));
  EXPECT_EQ(known.meet(same).command_line, "app --fast");
}

TEST_F(ProcessCatalogTest, ReadsNothingOfAProcessThatIsNeitherMetNorOld) {
  process(42, "python3", 1000);
  ProcessCatalog known = catalog();
  const Task brief = task(42, 1000 * kTickNs);
  known.observe(event(ProcessEventKind::Fork, brief));
  known.observe(event(ProcessEventKind::Exec, brief));
  now_ += std::chrono::milliseconds(900);
  known.read_survivors();
  EXPECT_EQ(known.find(brief.process)->executable, "");
  EXPECT_EQ(known.find(brief.process)->comm, "python3");
  EXPECT_TRUE(known.living().empty());
}

TEST_F(ProcessCatalogTest, ReadsWhatHasLivedForASecond) {
  process(42, "python3", 1000);
  ProcessCatalog known = catalog();
  const Task worker = task(42, 1000 * kTickNs);
  known.observe(event(ProcessEventKind::Fork, worker));
  now_ += std::chrono::seconds(1);
  known.read_survivors();
  EXPECT_EQ(known.find(worker.process)->executable, "/usr/bin/python3");
  EXPECT_EQ(known.living().size(), 1U);
  // And again after it has executed another program, once that has lived for a second.
  proc_.remove("42/exe");
  proc_.link("42/exe", "/usr/bin/other");
  known.observe(event(ProcessEventKind::Exec, worker));
  known.read_survivors();
  EXPECT_EQ(known.find(worker.process)->executable, "/usr/bin/python3");
  now_ += std::chrono::seconds(1);
  known.read_survivors();
  EXPECT_EQ(known.find(worker.process)->executable, "/usr/bin/other");
}

TEST_F(ProcessCatalogTest, ReadsSurvivorsOnlySoManyInASecond) {
  ProcessCatalog known = catalog();
  for (std::uint32_t pid = 1000; pid < 1000 + ProcessCatalog::kReadsPerSecond + 1; ++pid) {
    process(pid, "python3", 1000);
    known.observe(event(ProcessEventKind::Fork, task(pid, 1000 * kTickNs)));
  }
  now_ += std::chrono::seconds(2);
  known.read_survivors();
  EXPECT_EQ(known.living().size(), ProcessCatalog::kReadsPerSecond);
  now_ += std::chrono::seconds(1);
  known.read_survivors();
  EXPECT_EQ(known.living().size(), ProcessCatalog::kReadsPerSecond + 1);
}

TEST_F(ProcessCatalogTest, KeepsTheKernelsNameOfWhatEndedUnread) {
  ProcessCatalog known = catalog();
  const Task brief = task(77, 1, "\x1b[31m");
  known.observe(event(ProcessEventKind::Fork, brief));
  EXPECT_EQ(known.meet(brief).comm, "\\x1B[31m");
  known.observe(event(ProcessEventKind::Exit, brief));
  EXPECT_EQ(known.find(brief.process)->parent, Pid(7));
  EXPECT_EQ(known.unread(), 1U);
}

TEST_F(ProcessCatalogTest, ReadsOnlySoManyInASecond) {
  process(42, "python3", 1000);
  ProcessCatalog known = catalog();
  for (std::uint32_t pid = 1000; pid < 1000 + ProcessCatalog::kReadsPerSecond; ++pid) {
    known.meet(task(pid, 1));
  }
  EXPECT_EQ(known.meet(task(42, 1000 * kTickNs)).executable, "");
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(known.meet(task(42, 1000 * kTickNs)).executable, "/usr/bin/python3");
}

TEST_F(ProcessCatalogTest, StaysBoundedInAForkStorm) {
  process(42, "python3", 1000);
  ProcessCatalog known = catalog();
  known.scan();
  for (std::uint32_t pid = 0; pid < 3 * ProcessCatalog::kMaxProcesses; ++pid) {
    const Task brief = task(100000 + pid, 100 * kTickNs, "sh");
    known.observe(event(ProcessEventKind::Fork, brief));
    known.observe(event(ProcessEventKind::Exit, brief));
  }
  EXPECT_GT(known.forgotten(), 0U);
  ASSERT_NE(known.find(Pid(42)), nullptr);
  EXPECT_EQ(known.find(Pid(42))->comm, "python3");
}

TEST(ProcessReader, ReadsItself) {
  const ProcessReader reader;
  const auto facts = reader.read(Pid(static_cast<std::uint32_t>(::getpid())));
  ASSERT_TRUE(facts);
  EXPECT_NE(facts->executable.find("containers_test"), std::string::npos);
  EXPECT_NE(facts->network_namespace, 0U);
  EXPECT_LT(std::chrono::system_clock::now() - *facts->started_at, std::chrono::minutes(10));
  EXPECT_FALSE(reader.pids().empty());
  EXPECT_FALSE(reader.read(Pid(0)));
}

}  // namespace
}  // namespace culprit
