// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "containers/process_facts.h"
#include "containers/process_reader.h"
#include "samples/lifecycle.h"
#include "samples/task.h"

namespace culprit {

/// Keeps what /proc said of each process met, also after it has ended. /proc is read when it is
/// met, again after an exec, and when it has lived for a second without being met; at most
/// `kReadsPerSecond` times, so that a storm of processes costs little: those not read keep the name
/// that the kernel reported. Not thread-safe.
class ProcessCatalog {
 public:
  using Clock = std::function<KernelTime()>;
  static constexpr std::uint32_t kReadsPerSecond = 500;
  static constexpr std::size_t kMaxProcesses = 16384;

  explicit ProcessCatalog(ProcessReader reader = ProcessReader(),
                          Clock clock = std::chrono::steady_clock::now);

  /// Reads all processes that live now, without the limit per second.
  void scan();

  /// Meets the process that a sample or event belongs to; its key is the kernel's exact one.
  const ProcessFacts& meet(const Task& task);

  /// Takes in a fork, exec or exit. Reads nothing: most that come and go by the thousand are never
  /// met.
  void observe(const ProcessEvent& event);
  /// Reads those that have lived for a second by now and were not read since their fork or exec.
  void read_survivors();

  /// The process of this key or, by its pid, the one met last; null when none was met.
  [[nodiscard]] const ProcessFacts* find(const ProcessKey& key) const;
  [[nodiscard]] const ProcessFacts* find(Pid pid) const;

  /// Living processes, one of each network namespace first seen first; for the listen queues.
  [[nodiscard]] std::vector<const ProcessFacts*> living() const;

  /// Processes that ended, or came too fast, before /proc was read.
  [[nodiscard]] std::uint64_t unread() const { return unread_; }
  /// Processes forgotten because there were more than are kept.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  struct Entry {
    ProcessFacts facts;
    bool read = false;  ///< from /proc; else only what the kernel reported
    bool ended = false;
    bool stale = false;  ///< it has executed another program since it was read
    KernelTime since{};  ///< when it was forked, or executed what it is
  };

  Entry* entry_of(const ProcessKey& key);
  Entry& enter(const ProcessKey& key);
  void read_into(Entry& entry);
  bool may_read();
  void forget_oldest();
  void forget(const ProcessKey& key);

  ProcessReader reader_;
  Clock clock_;
  /// All incarnations of a pid, newest last; pointers keep the facts' addresses.
  std::unordered_map<Pid, std::vector<std::unique_ptr<Entry>>> by_pid_;
  std::deque<ProcessKey> met_;  ///< oldest first
  KernelTime second_began_;
  std::uint32_t reads_this_second_ = 0;
  std::uint64_t unread_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace culprit
