// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "kernel/shared_maps.h"
#include "probes/probe.h"
#include "probes/syscalls/syscall_probe.h"
#include "probes/syscalls/tcp_state_probe.h"
#include "samples/sample.h"

namespace culprit {

/// What the probes said about one process.
struct Observed {
  std::vector<SyscallCount> syscalls;
  std::vector<ConnectCount> connects;
  std::vector<ExchangeCount> exchanges;
  std::vector<WriteCount> writes;
  std::vector<HookCoverage> coverage;  ///< of all processes

  [[nodiscard]] std::uint64_t syscall_count(std::uint32_t number) const;
  [[nodiscard]] std::uint64_t connect_count(ConnectOutcome outcome) const;
  [[nodiscard]] const ConnectCount* connect(ConnectOutcome outcome) const;
  /// All entries of one file object summed up, those with a sampled stack and those without.
  [[nodiscard]] WriteCount written_to(std::uint64_t inode) const;
};

/// The probes of this room, loaded and attached on the running kernel.
class ProbedHost {
 public:
  /// Before anything is attached: smaller maps, other settings.
  struct Setup {
    culprit_settings programs{};
    bool with_tcp_states = true;
    bool with_syscalls = true;
    Setup();
  };

  static Result<std::unique_ptr<ProbedHost>> open(const Setup& setup = {});
  ProbedHost(const ProbedHost&) = delete;
  ProbedHost& operator=(const ProbedHost&) = delete;
  ~ProbedHost();

  /// Runs `work` in a child process, whose exit status is what it returns, and waits for it; then
  /// reads what was counted about it. Fails the test when the child does not return 0.
  Observed observe(const std::function<int()>& work);
  /// What has been counted about a process since the last reading of anything.
  Observed read(pid_t pid);

  SyscallProbe& syscalls() { return *syscalls_; }
  SharedMaps& shared_maps() { return shared_maps_; }
  /// Sum over all CPUs of a loss counter.
  std::uint64_t lost(std::uint32_t cause) const;

 private:
  ProbedHost() = default;

  SharedMaps shared_maps_;
  std::unique_ptr<TcpStateProbe> tcp_states_;
  std::unique_ptr<SyscallProbe> syscalls_;
};

/// A test of the attached probes. All tests of a program share them, for loading takes a second.
class ProbedTest : public ::testing::Test {
 protected:
  void SetUp() override;

  ProbedHost* host_ = nullptr;
};

}  // namespace culprit
