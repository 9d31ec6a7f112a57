// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "detectors/all_detectors.h"
#include "unit/detectors/profile_builder.h"

// Workloads that are busy by right, as profiles with the numbers measured on real ones: no culprit
// may be named for any of them, and what is said stays below one half.

namespace culprit {
namespace {

using test::culprits_of;
using test::ProfileBuilder;
using testing::IsEmpty;

void expect_healthy(ProfileBuilder& builder) {
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), IsEmpty());
  for (const Finding& finding : findings) {
    if (finding.role == FindingRole::Context) {
      EXPECT_LT(finding.confidence, 0.5) << finding.headline;
    }
  }
}

TEST(Healthy, FourSecondInMemoryQuery) {
  const test::Path query{"_start", "main", "shell_exec", "sqlite3_step", "sqlite3VdbeExec"};
  for (const double from : {0.0, 3.0, 6.0}) {
    ProfileBuilder builder;
    const WorkloadIndex database = builder.container("report");
    builder.thread({.workload = database,
                    .comm = "sqlite3",
                    .from = from,
                    .until = from + 4,
                    .paths = {query}});
    builder.process(
        {.workload = database, .comm = "sqlite3", .age_seconds = 900, .lifetime_cpu_seconds = 5});
    expect_healthy(builder);
  }
}

TEST(Healthy, FourSecondQueryInAServerThatAcceptsByOtherThreads) {
  ProfileBuilder builder;
  const WorkloadIndex database = builder.container("mysql");
  builder.thread({.workload = database,
                  .tid = 105,
                  .comm = "mysqld",
                  .from = 6,
                  .paths = {{"start_thread", "handle_connection", "do_command", "sub_select"}}});
  builder.thread({.workload = database,
                  .tid = 106,
                  .comm = "mysqld",
                  .running = 0.02,
                  .voluntary_switches = 900,
                  .paths = {{"start_thread", "handle_connection", "do_command", "my_net_read"}}});
  builder.process(
      {.workload = database, .comm = "mysqld", .age_seconds = 90000, .lifetime_cpu_seconds = 300});
  builder.syscall(100, "accept4", 20, 0, false, 100);
  builder.listen(database, 100, 3306, 1);
  expect_healthy(builder);
}

TEST(Healthy, RedisUnderBenchmark) {
  ProfileBuilder builder;
  const WorkloadIndex redis = builder.container("redis");
  const WorkloadIndex bench = builder.container("bench");
  const test::Path loop{"_start", "main", "aeMain", "aeProcessEvents"};
  builder.thread({.workload = redis,
                  .comm = "redis-server",
                  .running = 0.99,
                  .voluntary_switches = 20,
                  .paths = {loop},
                  .in_syscall = {{0, 0.3}, {1, 0.4}}});
  builder.syscall(100, "read", 90000);
  builder.syscall(100, "write", 90000);
  builder.syscall(100, "epoll_wait", 9000);
  builder.exchanges(redis, 100, 90000, /*client=*/false);
  builder.listen(redis, 100, 6379, 1);
  builder.thread({.workload = bench,
                  .pid = 200,
                  .comm = "redis-benchmark",
                  .running = 0.98,
                  .voluntary_switches = 500,
                  .paths = {loop},
                  .in_syscall = {{0, 0.3}, {1, 0.4}}});
  builder.process({.workload = bench, .pid = 200, .comm = "redis-benchmark"});
  builder.syscall(200, "read", 90000);
  builder.syscall(200, "write", 90000);
  builder.exchanges(bench, 200, 90000, /*client=*/true);
  expect_healthy(builder);
}

// nginx under load: an accept, a read, a write and a line in the access log for each request.
void add_busy_nginx(ProfileBuilder& builder) {
  const WorkloadIndex nginx = builder.container("web");
  builder.thread({.workload = nginx,
                  .comm = "nginx",
                  .running = 0.97,
                  .voluntary_switches = 40,
                  .paths = {{"_start", "main", "ngx_worker_process_cycle",
                             "ngx_process_events_and_timers", "ngx_epoll_process_events"}},
                  .in_syscall = {{1, 0.2}, {288, 0.3}}});
  builder.syscall(100, "accept4", 15000);
  builder.syscall(100, "write", 15000);
  builder.syscall(100, "read", 15000);
  builder.syscall(100, "read", 15000, EAGAIN);
  builder.listen(nginx, 100, 80, 40, 511);
  builder.exchanges(nginx, 100, 15000, /*client=*/false);
  builder.writes({.workload = nginx,
                  .target = WriteTarget::File,
                  .path = "/var/log/nginx/access.log",
                  .append = true,
                  .calls_per_second = 15000,
                  .stacks = {{"_start", "main", "ngx_http_log_handler", "write@libc.so.6"}}});
  builder.raw().writes[0].disk_free_bytes = 500'000'000'000;
}

TEST(Healthy, AbWithoutKeepAliveAgainstNginxWithAnAccessLog) {
  ProfileBuilder builder;
  add_busy_nginx(builder);
  const WorkloadIndex client = builder.container("ab");
  builder.thread({.workload = client,
                  .pid = 200,
                  .comm = "ab",
                  .running = 0.97,
                  .voluntary_switches = 40,
                  .in_syscall = {{42, 0.5}}});
  builder.process({.workload = client, .pid = 200, .comm = "ab"});
  builder.connects({.workload = client,
                    .pids = {200},
                    .endpoint = {.protocol = Protocol::Tcp,
                                 .network_namespace = 1,
                                 .address = "172.18.0.2",
                                 .port = 80},
                    .outcome = ConnectOutcome::Established,
                    .per_second = 15000});
  expect_healthy(builder);
}

TEST(Healthy, AbWhoseAnswersAreTiny) {
  ProfileBuilder builder;
  const WorkloadIndex client = builder.container("ab");
  builder.thread({.workload = client,
                  .pid = 200,
                  .comm = "ab",
                  .running = 0.97,
                  .voluntary_switches = 400,
                  .in_syscall = {{42, 0.5}}});
  builder.process({.workload = client, .pid = 200, .comm = "ab"});
  builder.connects({.workload = client,
                    .pids = {200},
                    .outcome = ConnectOutcome::Established,
                    .per_second = 15000});
  builder.raw().connects[0].outcomes[ConnectOutcome::ShortLived] = 150000;
  expect_healthy(builder);
}

TEST(Healthy, TarPipedIntoXzWithItsIdleWorker) {
  ProfileBuilder builder;
  const WorkloadIndex backup = builder.container("backup");
  builder.thread({.workload = backup,
                  .pid = 200,
                  .tid = 201,
                  .comm = "xz",
                  .paths = {{"start_thread", "worker_start", "lzma_encode"}}});
  builder.thread({.workload = backup,
                  .pid = 200,
                  .tid = 202,
                  .comm = "xz",
                  .until = 3,
                  .voluntary_switches = 3,
                  .paths = {{"start_thread", "worker_start", "futex@libc.so.6"}}});
  builder.thread({.workload = backup,
                  .pid = 100,
                  .comm = "tar",
                  .running = 0.04,
                  .voluntary_switches = 500,
                  .in_syscall = {{0, 0.6}}});
  builder.process({.workload = backup,
                   .pid = 200,
                   .comm = "xz",
                   .age_seconds = 30,
                   .lifetime_cpu_seconds = 29});
  builder.syscall(100, "read", 300);
  builder.syscall(100, "write", 300);
  builder.writes({.workload = backup,
                  .target = WriteTarget::Pipe,
                  .calls_per_second = 3000,
                  .bytes_per_call = 10240,
                  .text_share = 0.02});
  expect_healthy(builder);
}

TEST(Healthy, CompileLoop) {
  ProfileBuilder builder;
  const WorkloadIndex build = builder.container("build");
  for (std::uint32_t i = 0; i < 40; ++i) {
    builder.thread({.workload = build,
                    .pid = 200 + i,
                    .comm = "cc1plus",
                    .from = i * 0.25,
                    .until = i * 0.25 + 0.24,
                    .paths = {{"_start", "main", "toplev_main", "compile_file"}}});
  }
  LifecycleActivity life;
  life.workload = build;
  life.forks = life.exits = 800;
  life.execs = 790;
  life.exec_names = {{"cc1plus", 200}, {"as", 200}, {"collect2", 190}, {"ld", 200}};
  builder.raw().lifecycles.push_back(life);
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), IsEmpty());
}

TEST(Healthy, MatrixMultiplicationForTheWholeWindow) {
  ProfileBuilder builder(10, 4);
  const WorkloadIndex batch = builder.container("batch");
  for (std::uint32_t tid = 101; tid < 105; ++tid) {
    builder.thread({.workload = batch,
                    .tid = tid,
                    .paths = {{"start_thread", "blas_thread_server", "dgemm_kernel"}}});
  }
  builder.process({.workload = batch, .age_seconds = 20, .lifetime_cpu_seconds = 76});
  expect_healthy(builder);
}

TEST(Healthy, LookUpsByTheCLibrary) {
  for (const char* path : {"/var/run/nscd/socket", "/run/nscd/socket", "/dev/log",
                           "/var/lib/sss/pipes/nss", "/run/systemd/journal/dev-log"}) {
    ProfileBuilder builder;
    const WorkloadIndex app = builder.container("app");
    builder.thread({.workload = app,
                    .running = 0.99,
                    .voluntary_switches = 4000,
                    .paths = {{"_start", "main", "lookup", "connect@libc.so.6"}},
                    .in_syscall = {{42, 0.5}}});
    builder.connects({.workload = app,
                      .endpoint = {.protocol = Protocol::Unix,
                                   .network_namespace = 1,
                                   .address = path,
                                   .port = 0},
                      .outcome = ConnectOutcome::Absent,
                      .per_second = 20000});
    const auto findings = run_detectors(builder.build());
    EXPECT_THAT(culprits_of(findings), IsEmpty()) << path;
    EXPECT_EQ(test::find_kind(findings, FindingKind::DestinationDown), nullptr) << path;
  }
}

TEST(Healthy, UdpSocketsThatOnlyChooseARoute) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app, .voluntary_switches = 4000});
  builder.connects({.workload = app,
                    .endpoint = {.protocol = Protocol::Udp,
                                 .network_namespace = 1,
                                 .address = "2001:db8::1",
                                 .port = 443},
                    .outcome = ConnectOutcome::Unreachable});
  builder.raw().connects[0].outcomes.erase(ConnectOutcome::DnsAsked);
  expect_healthy(builder);
}

TEST(Healthy, HappyEyeballs) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app,
                  .voluntary_switches = 4000,
                  .paths = {{"_start", "main", "fetch", "connect@libc.so.6"}}});
  builder.connects({.workload = app,
                    .endpoint = {.protocol = Protocol::Tcp,
                                 .network_namespace = 1,
                                 .address = "2001:db8::1",
                                 .port = 443},
                    .outcome = ConnectOutcome::Unreachable,
                    .per_second = 50});
  builder.connects({.workload = app,
                    .endpoint = {.protocol = Protocol::Tcp,
                                 .network_namespace = 1,
                                 .address = "192.0.2.7",
                                 .port = 443},
                    .outcome = ConnectOutcome::Established,
                    .per_second = 50});
  expect_healthy(builder);
}

TEST(Healthy, OneConnectASecondRefused) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app, .running = 0.6, .voluntary_switches = 400});
  builder.connects({.workload = app, .per_second = 1});
  expect_healthy(builder);
}

TEST(Healthy, VirtualMachineAndJustInTimeCompiler) {
  ProfileBuilder builder(10, 4);
  const WorkloadIndex machine = builder.container("vm");
  const WorkloadIndex java = builder.container("java");
  builder.thread({.workload = machine, .tid = 101, .comm = "CPU 0/KVM"});
  builder.thread({.workload = java, .pid = 200, .tid = 201, .comm = "C2 CompilerThre"});
  builder.listen(java, 200, 8080, 20);
  expect_healthy(builder);
}

TEST(Healthy, IdleHost) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app, .running = 0.02, .voluntary_switches = 40});
  builder.connects({.workload = app, .per_second = 6});
  expect_healthy(builder);
}

}  // namespace
}  // namespace culprit
