// SPDX-License-Identifier: Apache-2.0
#include "detectors/known_programs.h"

#include <algorithm>
#include <array>

namespace culprit {

bool is_load_generator(const ProfileIndex& index, const std::vector<Pid>& pids) {
  static constexpr std::array<std::string_view, 19> kGenerators{"ab",
                                                                "wrk",
                                                                "wrk2",
                                                                "hey",
                                                                "k6",
                                                                "siege",
                                                                "oha",
                                                                "vegeta",
                                                                "locust",
                                                                "bombardier",
                                                                "h2load",
                                                                "httperf",
                                                                "pgbench",
                                                                "sysbench",
                                                                "mysqlslap",
                                                                "fortio",
                                                                "redis-benchmark",
                                                                "redis-benchmar",
                                                                "memtier_benchma"};
  const auto is_one = [](std::string_view comm) {
    return std::ranges::find(kGenerators, comm) != kGenerators.end();
  };
  return !pids.empty() && std::ranges::all_of(pids, [&](Pid pid) {
    const ProcessProfile* process = index.process(pid);
    const auto& threads = index.threads_of(pid);
    // What /proc said may be from before an exec; the samples' names are not.
    return (process != nullptr && is_one(process->comm)) ||
           std::ranges::any_of(threads,
                               [&](const ThreadProfile* thread) { return is_one(thread->comm); });
  });
}

bool is_build_tool(std::string_view comm) {
  constexpr std::array<std::string_view, 26> kTools{
      "cc1",  "cc1plus", "as",    "ld",      "ld.bfd", "ld.gold", "ld.lld",  "lld",    "collect2",
      "gcc",  "g++",     "cc",    "c++",     "clang",  "clang++", "rustc",   "cargo",  "javac",
      "make", "ninja",   "cmake", "compile", "link",   "tsc",     "webpack", "esbuild"};
  return std::ranges::find(kTools, comm) != kTools.end();
}

const std::vector<std::string_view>& log_carriers() {
  // comm has 15 characters.
  static const std::vector<std::string_view> kCarriers{
      "dockerd", "containerd", "containerd-shim", "containerd-shi", "conmon",   "crio",
      "podman",  "fluentd",    "fluent-bit",      "filebeat",       "promtail", "vector"};
  return kCarriers;
}

const std::vector<std::string_view>& log_services() {
  static const std::vector<std::string_view> kServices{
      "systemd-journal", "rsyslogd", "rs:main Q:Reg", "syslog-ng", "in:imuxsock", "syslogd"};
  return kServices;
}

}  // namespace culprit
