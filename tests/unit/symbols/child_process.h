// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "samples/lifecycle.h"

namespace culprit::test {

/// A process of the test's own that is ended with it.
class ChildProcess {
 public:
  /// Runs a program of the PATH (or a path) and waits until it sleeps, with all its libraries
  /// there.
  static ChildProcess program(const std::vector<std::string>& command);
  /// Runs a function in a fork; its result is the exit code.
  static ChildProcess function(const std::function<int()>& body);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  [[nodiscard]] Pid pid() const { return Pid(static_cast<std::uint32_t>(pid_)); }
  /// Waits for its end; the status as wait(2) has it.
  int wait();
  /// Kills it and waits for its end.
  void end();

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_;
};

}  // namespace culprit::test
