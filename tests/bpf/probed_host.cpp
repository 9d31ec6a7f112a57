// SPDX-License-Identifier: Apache-2.0
#include "bpf/probed_host.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "abi/loss_counter.h"
#include "bpf/needs_bpf.h"
#include "kernel/bpf_log.h"
#include "kernel/bpf_map_reader.h"

namespace culprit {
namespace {

class PidSink : public SampleSink {
 public:
  PidSink(Pid pid, Observed& observed) : pid_(pid), observed_(observed) {}

  void accept(Sample sample) override {
    if (const auto* coverage = std::get_if<HookCoverage>(&sample); coverage != nullptr) {
      observed_.coverage.push_back(*coverage);
    }
    keep<SyscallCount>(sample, observed_.syscalls);
    keep<ConnectCount>(sample, observed_.connects);
    keep<ExchangeCount>(sample, observed_.exchanges);
    keep<WriteCount>(sample, observed_.writes);
  }

 private:
  template <typename Count>
  void keep(Sample& sample, std::vector<Count>& kept) {
    auto* count = std::get_if<Count>(&sample);
    if (count != nullptr && count->pid == pid_) {
      kept.push_back(std::move(*count));
    }
  }

  Pid pid_;
  Observed& observed_;
};

}  // namespace

std::uint64_t Observed::syscall_count(std::uint32_t number) const {
  std::uint64_t sum = 0;
  for (const SyscallCount& count : syscalls) {
    sum += count.number == number && !count.compat ? count.count : 0;
  }
  return sum;
}

std::uint64_t Observed::connect_count(ConnectOutcome outcome) const {
  std::uint64_t sum = 0;
  for (const ConnectCount& count : connects) {
    sum += count.outcome == outcome ? count.count : 0;
  }
  return sum;
}

const ConnectCount* Observed::connect(ConnectOutcome outcome) const {
  const auto found = std::ranges::find(connects, outcome, &ConnectCount::outcome);
  return found == connects.end() ? nullptr : &*found;
}

WriteCount Observed::written_to(std::uint64_t inode) const {
  WriteCount sum;
  for (const WriteCount& count : writes) {
    if (count.inode != inode) {
      continue;
    }
    const WriteCount before = std::exchange(sum, count);
    sum.calls += before.calls;
    sum.bytes += before.bytes;
    sum.text_calls += before.text_calls;
    sum.printable_calls += before.printable_calls;
    sum.inner_bytes += before.inner_bytes;
    sum.inner_newlines += before.inner_newlines;
    sum.syncs += before.syncs;
    sum.failures += before.failures;
    sum.last_error = std::max(sum.last_error, before.last_error);
  }
  return sum;
}

ProbedHost::Setup::Setup() {
  programs.walk_user_stack = 1;
  programs.write_stack_interval = 4;
  programs.exchange_tracking = 1;
}

Result<std::unique_ptr<ProbedHost>> ProbedHost::open(const Setup& setup) {
  capture_bpf_log();
  std::unique_ptr<ProbedHost> host(new ProbedHost());
  ProbeSettings settings;
  settings.programs = setup.programs;
  if (setup.with_tcp_states) {
    auto probe = TcpStateProbe::open(settings, host->shared_maps_);
    if (!probe) {
      return std::move(probe).error();
    }
    host->tcp_states_ = std::move(*probe);
    if (auto attached = host->tcp_states_->attach(); !attached) {
      return std::move(attached).error();
    }
  }
  if (setup.with_syscalls) {
    auto probe = SyscallProbe::open(settings, host->shared_maps_);
    if (!probe) {
      return std::move(probe).error();
    }
    host->syscalls_ = std::move(*probe);
    if (auto attached = host->syscalls_->attach(); !attached) {
      return std::move(attached).error();
    }
  }
  return host;
}

ProbedHost::~ProbedHost() = default;

Observed ProbedHost::read(pid_t pid) {
  Observed observed;
  PidSink sink(Pid(static_cast<std::uint32_t>(pid)), observed);
  const KernelTime now = std::chrono::steady_clock::now();
  if (tcp_states_ != nullptr) {
    tcp_states_->read_counters(now, sink);
  }
  if (syscalls_ != nullptr) {
    syscalls_->read_counters(now, sink);
  }
  return observed;
}

Observed ProbedHost::observe(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int status = work();
    // Like a long-running program, it is still there when its files are looked up.
    ::raise(SIGSTOP);
    ::_exit(status);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, WUNTRACED), child);
  Observed observed = read(child);
  if (WIFSTOPPED(status)) {
    ::kill(child, SIGCONT);
    EXPECT_EQ(::waitpid(child, &status, 0), child);
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
      << "the observed process ended with " << status;
  return observed;
}

std::uint64_t ProbedHost::lost(std::uint32_t cause) const {
  const auto counters =
      read_per_cpu_counters(shared_maps_.descriptor("losses"), CULPRIT_LOSS_COUNT);
  return cause < counters.size() ? counters[cause] : 0;
}

void ProbedTest::SetUp() {
  NEEDS_BPF();
  static const auto host = ProbedHost::open();
  ASSERT_TRUE(host) << host.error().message();
  host_ = host->get();
}

}  // namespace culprit
