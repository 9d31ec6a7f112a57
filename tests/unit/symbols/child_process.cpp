// SPDX-License-Identifier: Apache-2.0
#include "unit/symbols/child_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "base/text_file.h"
#include "symbols/process_start.h"

namespace culprit::test {

ChildProcess ChildProcess::program(const std::vector<std::string>& command) {
  std::array<int, 2> executed{};
  if (::pipe2(executed.data(), O_CLOEXEC) != 0) {
    return ChildProcess(-1);
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(executed[1]);
  char nothing = 0;
  // The other end closes with the execution.
  while (::read(executed[0], &nothing, 1) > 0) {
  }
  ::close(executed[0]);
  const std::string stat_path = "/proc/" + std::to_string(pid) + "/stat";
  for (int attempt = 0; attempt < 2000; ++attempt) {
    const auto stat = read_text_file(stat_path);
    if (stat && stat_field(*stat, 3).starts_with('S')) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return ChildProcess(pid);
}

ChildProcess ChildProcess::function(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::_exit(body());
  }
  return ChildProcess(pid);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

ChildProcess::~ChildProcess() {
  end();
}

int ChildProcess::wait() {
  int status = -1;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return status;
}

void ChildProcess::end() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    wait();
  }
}

}  // namespace culprit::test
