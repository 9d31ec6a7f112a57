// SPDX-License-Identifier: Apache-2.0
#include "golden/golden_reports.h"

#include <utility>

#include "golden/report_builder.h"

namespace culprit::golden {

using std::chrono::seconds;

namespace {

Finding loop_finding(const ProfileBuilder& builder, WorkloadIndex backend, FindingThread thread,
                     std::vector<FrameId> where) {
  Finding finding;
  finding.kind = FindingKind::RunawayLoop;
  finding.confidence = 0.93;
  finding.confidence_reasons = {"has not returned for 7.8 s", "connections wait unaccepted"};
  finding.workloads = {backend};
  finding.threads = {thread};
  finding.where = std::move(where);
  finding.headline = builder.profile.workload(backend).container.name + " loops without end";
  finding.proof = "has not returned for 7.8 s; 988 of 990 samples below it; 0 useful syscalls";
  finding.explains = "port 5000: 129 of 128 connections wait unaccepted  -> explains the 502";
  finding.cost.own_cores = 1.0;
  finding.evidence = {{"samples_below", 0.998, "share", ">=", 0.9, "cpu_samples", true, 0.004,
                       "988 of 990 samples below it"},
                      {"waiting_connections",
                       129,
                       "",
                       ">",
                       0,
                       "listen_queue",
                       false,
                       {},
                       "129 of 128 connections wait unaccepted"}};
  finding.advice = {
      {"cap its CPU until it is fixed", "docker update --cpu-quota 50000 3f9c1b2a77de",
       "caps it at 0.5 cpu, loses nothing", "docker update --cpu-quota -1 3f9c1b2a77de",
       "it answers more slowly than it does now"},
      {"fix normalize_tags (tags.py:11): the exit condition never changes", "", "", "", ""}};
  return finding;
}

Finding storm_finding(WorkloadIndex worker, FindingThread thread, std::vector<FrameId> where) {
  Finding finding;
  finding.kind = FindingKind::RetryStorm;
  finding.confidence = 0.88;
  finding.workloads = {worker};
  finding.threads = {thread};
  finding.where = std::move(where);
  finding.headline = "worker-1: 412 connects/s refused by 172.18.0.3:3306 (mysql)";
  finding.proof = "4120 of 4120 attempts failed in 10 s; no back-off";
  finding.target = {.kind = TargetKind::Tcp,
                    .address = "172.18.0.3",
                    .port = 3306,
                    .path = "",
                    .hostname = "db",
                    .hostname_source = "dns",
                    .container = "mysql"};
  finding.cost.own_cores = 0.24;
  finding.cost.induced = {{"kernel:softirq", 0.07, "carries and refuses its packets"}};
  finding.evidence = {{"failures_per_s",
                       412,
                       "per_s",
                       ">=",
                       5,
                       "inet_sock_set_state",
                       false,
                       {},
                       "412 failures/s"}};
  finding.advice = {{"retry with a growing pause and some chance in it", "", "", "", ""}};
  return finding;
}

Finding contributing(FindingKind kind, double confidence, WorkloadIndex workload,
                     const std::string& headline) {
  Finding finding;
  finding.role = FindingRole::Contributing;
  finding.kind = kind;
  finding.confidence = confidence;
  finding.workloads = {workload};
  finding.headline = headline;
  return finding;
}

Finding context(FindingKind kind, double confidence, WorkloadIndex workload, double cores,
                const std::string& headline, std::vector<FrameId> where) {
  Finding finding = contributing(kind, confidence, workload, headline);
  finding.role = FindingRole::Context;
  finding.where = std::move(where);
  finding.cost.own_cores = cores;
  return finding;
}

std::vector<RuledOut> usual_ruled_out() {
  return {{FindingKind::MemoryThrash,
           "memory pressure",
           "PSI full 0.2 %",
           {{"memory_full", 0.002, "share", "<", 0.05, "psi", false, {}, "PSI full 0.2 %"}}},
          {FindingKind::MemoryThrash, "swap", "0 pages/s", {}},
          {FindingKind::KernelWork, "disk", "util 8 %", {}}};
}

std::vector<FrameId> python_path(ProfileBuilder& builder) {
  return builder.path({python("<module>", "/app/server.py", 3),
                       python("handle_request", "/app/server.py", 41),
                       python("normalize_tags", "/app/tags.py", 11)});
}

void add_crowd(ProfileBuilder& builder) {
  const WorkloadIndex mysql = builder.container("mysql", "mysql:8.0", 0.22);
  builder.samples(
      mysql, "mysqld",
      builder.path({native("start_thread", "libc.so.6"), native("handle_connection", "mysqld"),
                    native("row_search_mvcc", "mysqld")}),
      217);
  const WorkloadIndex dockerd = builder.service("docker.service", 0.10);
  builder.samples(
      dockerd, "dockerd",
      builder.path({native("runtime.goexit.abi0", "dockerd"), native("io.Copy", "dockerd"),
                    kernel_frame("do_syscall_64"), kernel_frame("vfs_write")}),
      109);
  builder.kernel("kernel:softirq", 0.07);
  const WorkloadIndex own = builder.service("culprit", 0.01);
  builder.workload(own).is_culprit_itself = true;
}

}  // namespace

Report looping_backend() {
  ProfileBuilder builder;
  const WorkloadIndex backend = builder.container("backend-2", "shop/backend:v42", 1.0);
  builder.workload(backend).container.started_at = window_end() - seconds(94);
  builder.workload(backend).container.labels = {{"com.docker.compose.service", "backend"}};
  const WorkloadIndex worker = builder.container("worker-1", "shop/worker:v42", 0.43);
  const WorkloadIndex older = builder.container("backend-1", "shop/backend:v41", 0.004);
  builder.workload(older).container.started_at = window_end() - seconds(86400 * 9);
  add_crowd(builder);
  builder.profile.cores = {.user = 1.44,
                           .system = 0.32,
                           .softirq = 0.07,
                           .irq = 0,
                           .iowait = 0.03,
                           .steal = 0.09,
                           .guest = 0,
                           .idle = 0.05};
  const std::vector<FrameId> loop = python_path(builder);
  builder.samples(backend, "python3", loop, 988);
  builder.samples(backend, "python3",
                  builder.path({python("<module>", "/app/server.py", 3),
                                python("handle_request", "/app/server.py", 44)}),
                  2);
  const std::vector<FrameId> connects = builder.path(
      {python("<module>", "/app/worker.py", 8), python("connect_forever", "/app/worker.py", 27),
       native("__libc_connect", "libc.so.6")});
  std::vector<FrameId> deep = connects;
  for (const FrameId id :
       builder.path({kernel_frame("do_syscall_64"), kernel_frame("__sys_connect"),
                     kernel_frame("tcp_v4_connect")})) {
    deep.push_back(id);
  }
  builder.samples(worker, "python3", deep, 301);
  builder.samples(worker, "python3", {connects.begin(), connects.end() - 1}, 124);
  const FindingThread loop_thread = builder.process(backend, "python3", 8121, 7);
  const FindingThread storm_thread = builder.process(worker, "python3", 8300, 1);

  Finding storm = storm_finding(worker, storm_thread, {connects.begin(), connects.end() - 1});
  storm.caused_by = {0};
  std::vector<Finding> findings = {
      contributing(FindingKind::StartOrder, 0.9, worker,
                   "mysql began listening 41 s after the first attempt (start-up order)"),
      storm, loop_finding(builder, backend, loop_thread, loop),
      contributing(FindingKind::NoLimits, 1.0, backend, "backend-2: no CPU limit, no memory limit"),
      contributing(FindingKind::Throttled, 0.1, worker, "too weak to be shown")};
  RunFacts facts = run_facts();
  facts.limits = {{"java pid 411: names not read", "OpenJ9", "culprit doctor"}};
  return built(std::move(builder), std::move(findings), usual_ruled_out(), std::move(facts));
}

Report flooding_replicas() {
  ProfileBuilder builder;
  std::vector<WorkloadIndex> replicas;
  std::vector<FindingThread> threads;
  const std::vector<FrameId> write_path = builder.path(
      {native("main", "app"), native("[app+0x4f21]", "app"),
       native("std::basic_ostream<char, std::char_traits<char>>& "
              "shop::logging::Appender<shop::logging::JsonLayout>::flush(std::ostream&)",
              "app"),
       native("__write", "libc.so.6")});
  for (std::uint32_t number = 1; number <= 6; ++number) {
    replicas.push_back(builder.container("shop-api-" + std::to_string(number), "shop/api:v7", 0.2));
    builder.samples(replicas.back(), "api", write_path, 150 + number);
    threads.push_back(builder.process(replicas.back(), "api", 9000 + number, 1));
  }
  const WorkloadIndex dockerd = builder.service("docker.service", 0.5);
  builder.samples(dockerd, "dockerd", builder.path({native("io.Copy", "dockerd")}), 480);
  builder.profile.cores = {.user = 1.1,
                           .system = 0.6,
                           .softirq = 0,
                           .irq = 0,
                           .iowait = 0.2,
                           .steal = 0,
                           .guest = 0,
                           .idle = 0.1};
  builder.profile.disks = {{"nvme0n1", 0.83, 41943040, 0}};

  Finding flood;
  flood.kind = FindingKind::LogFlood;
  flood.confidence = 0.64;
  flood.workloads = replicas;
  flood.threads = threads;
  flood.where = {write_path.begin(), write_path.end() - 1};
  flood.headline = "shop-api-1 and 5 more flood their standard output: 182 000 lines/s, 41 MB/s";
  flood.proof =
      "all from one call site; 100 % of the writes end in a newline; 2 lines a request "
      "before the deploy, 3100 since";
  flood.target = {.kind = TargetKind::Stdout,
                  .address = "",
                  .port = 0,
                  .path = "",
                  .hostname = "",
                  .hostname_source = "",
                  .container = ""};
  flood.cost = {0.7, {{"docker.service", 0.48, "copies the lines"}, {"journald", 0.02, "too"}}};
  flood.caused_by = {1};
  flood.advice = {{"cap its CPU", "docker update --cpu-quota 50000 3f9c1b2a77de",
                   "caps it at 0.5 cpu, loses nothing", "docker update --cpu-quota -1 3f9c1b2a77de",
                   "slower answers"},
                  {"cap its CPU", "docker update --cpu-quota 50000 4f9c1b2a77de",
                   "caps it at 0.5 cpu, loses nothing", "docker update --cpu-quota -1 4f9c1b2a77de",
                   "slower answers"},
                  {"log it once per minute", "", "", "", ""}};
  Finding storm = storm_finding(replicas[1], threads[1], {});
  storm.headline = "shop-api-2: 96 look-ups/s of payments.internal unanswered";
  return built(std::move(builder), {flood, storm}, {}, run_facts());
}

Report healthy_host() {
  ProfileBuilder builder;
  const WorkloadIndex web = builder.container("web", "nginx:1.25", 0.12);
  builder.samples(
      web, "nginx",
      builder.path({native("main", "nginx"), native("ngx_epoll_process_events", "nginx"),
                    native("epoll_wait", "libc.so.6"), kernel_frame("do_syscall_64"),
                    kernel_frame("ep_poll")}),
      118);
  add_crowd(builder);
  builder.profile.cores = {.user = 0.3,
                           .system = 0.2,
                           .softirq = 0.03,
                           .irq = 0,
                           .iowait = 0.01,
                           .steal = 0,
                           .guest = 0,
                           .idle = 1.46};
  return built(std::move(builder), {}, usual_ruled_out(), run_facts());
}

Report busy_without_proof() {
  ProfileBuilder builder;
  const WorkloadIndex redis = builder.container("redis", "redis:7", 1.2);
  const WorkloadIndex query = builder.container("reporting-database", "postgres:16", 0.71);
  const std::vector<FrameId> lookup =
      builder.path({native("main", "redis-server"), native("aeMain", "redis-server"),
                    native("processCommand", "redis-server"), native("dictFind", "redis-server")});
  const std::vector<FrameId> join =
      builder.path({native("main", "postgres"), native("ExecutorRun", "postgres"),
                    native("ExecHashJoin", "postgres")});
  builder.samples(redis, "redis-server", lookup, 801);
  builder.samples(redis, "redis-server", {lookup.begin(), lookup.end() - 1}, 380);
  builder.samples(query, "postgres", join, 702);
  builder.profile.cores = {.user = 1.5,
                           .system = 0.41,
                           .softirq = 0,
                           .irq = 0,
                           .iowait = 0,
                           .steal = 0,
                           .guest = 0,
                           .idle = 0.09};
  return built(std::move(builder),
               {context(FindingKind::HotPath, 0.4, redis, 1.2, "redis is busy", lookup),
                context(FindingKind::LongComputation, 0.45, query, 0.71,
                        "reporting-database computes without a pause", join)},
               usual_ruled_out(), run_facts());
}

Report starved_host() {
  ProfileBuilder builder;
  add_crowd(builder);
  builder.profile.cores = {.user = 0.3,
                           .system = 0.1,
                           .softirq = 0.02,
                           .irq = 0,
                           .iowait = 0.01,
                           .steal = 1.52,
                           .guest = 0,
                           .idle = 0.05};
  Finding starved;
  starved.kind = FindingKind::CpuStarved;
  starved.confidence = 0.82;
  starved.headline = "the hypervisor takes 76 % of this machine's CPU time";
  starved.proof = "steal 1.52 of 2 cpus over the whole window";
  starved.cost.own_cores = 1.52;
  starved.advice = {{"move to another instance, or to a type without CPU credits", "", "", "", ""}};
  return built(std::move(builder), {starved}, {}, run_facts());
}

Report lossy_window() {
  ProfileBuilder builder;
  add_crowd(builder);
  builder.profile.cores = {.user = 1.8,
                           .system = 0.1,
                           .softirq = 0,
                           .irq = 0,
                           .iowait = 0,
                           .steal = 0,
                           .guest = 0,
                           .idle = 0.1};
  builder.profile.idle_samples = 99;
  builder.profile.lost = {{"event_ring_full", 12}, {"sample_ring_full", 990}};
  builder.profile.window.duration = std::chrono::milliseconds(3200);
  RunFacts facts = run_facts();
  facts.interrupted = true;
  facts.limits = {{"system calls", "no right to attach", "run as root"}};
  return built(std::move(builder), {}, {}, std::move(facts));
}

Report hostile_names() {
  const std::string script = "<script>alert(1)</script>";
  const std::string terminal = "\x1b]0;owned\x07\x1b[2J\r\nFAKE";
  const std::string turned = "a\u202Egnp.exe";
  const std::string markup =
      "`x` | [click](http://evil.example) **b** @all #1 &amp; \"q\" ]]> --> $x$";
  const std::string endless(10240, 'A');
  ProfileBuilder builder;
  builder.profile.host.name = turned + script;
  const WorkloadIndex one = builder.container(script, terminal + ":" + markup, 1.0);
  builder.workload(one).container.labels = {{script, terminal}, {"a;b", markup}};
  builder.workload(one).container.started_at = window_end() - seconds(7200);
  builder.workload(one).container.pod = turned;
  const WorkloadIndex two = builder.container(endless, "../../../etc/passwd", 0.4);
  const WorkloadIndex three = builder.container("../../../etc/cron.d/x\n;y 5", "", 0.3);
  const WorkloadIndex four = builder.container("\xff\xfe 9;_[k]", markup, 0.1);
  const std::vector<FrameId> path = builder.path(
      {native(terminal, turned), native(markup, script), native("spoofed_[k]", "m;n"),
       native("\u4F60\u597D\uFFFF\u0301;a b", "\xC3\x28"), python(endless, "/" + endless, 7)});
  builder.samples(one, "sh;-c\n evil 3", path, 900);
  builder.samples(two, endless, {path.begin(), path.end() - 1}, 400);
  builder.samples(three, script, {path.begin(), path.begin() + 2}, 300);
  builder.samples(four, " ", {path.begin(), path.begin() + 3}, 100);
  builder.profile.cores = {.user = 1.7,
                           .system = 0.1,
                           .softirq = 0,
                           .irq = 0,
                           .iowait = 0,
                           .steal = 0,
                           .guest = 0,
                           .idle = 0.2};
  FindingThread thread = builder.process(one, markup, 31337, 1);
  builder.profile.processes.back().command_line = endless + terminal;
  thread.tid = Tid(31338);

  Finding loop = loop_finding(builder, one, thread, path);
  loop.headline = script + terminal + " loops " + markup;
  loop.proof = endless + " " + markup;
  loop.explains = turned;
  loop.workloads = {one, two, three, four};
  loop.target = {.kind = TargetKind::File,
                 .address = "",
                 .port = 0,
                 .path = "/tmp/" + terminal + markup,
                 .hostname = script,
                 .hostname_source = "dns",
                 .container = endless};
  loop.cost.induced = {{markup, 0.2, terminal}};
  loop.advice.front().command = "docker update --cpu-quota 50000 $(reboot)";
  loop.advice.push_back({markup, "", "", "", ""});
  RunFacts facts = run_facts();
  facts.limits = {{script, terminal, markup}, {endless, turned, ""}};
  return built(std::move(builder), {loop}, {{FindingKind::KernelWork, markup, script, {}}},
               std::move(facts));
}

std::vector<GoldenReport> golden_reports() {
  return {{"looping_backend", looping_backend()},
          {"flooding_replicas", flooding_replicas()},
          {"healthy_host", healthy_host()},
          {"busy_without_proof", busy_without_proof()},
          {"starved_host", starved_host()},
          {"lossy_window", lossy_window()},
          {"hostile_names", hostile_names()},
          {"empty_window", build_report({}, {}, {}, {.version = "0.1"}, {})}};
}

}  // namespace culprit::golden
