// SPDX-License-Identifier: Apache-2.0
#include "symbols/worker_spawner.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <span>
#include <utility>

#include "symbols/descriptor_socket.h"
#include "symbols/worker_loop.h"

namespace culprit {
namespace {

constexpr int kKeptDescriptor = 3;
constexpr std::array kAskedToEnd = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

/// Dies with the process that forked it, and is not hit by the signals that end a run: a report
/// after Ctrl-C still wants names.
bool tie_to_parent(pid_t parent) {
  for (const int number : kAskedToEnd) {
    ::signal(number, SIG_IGN);
  }
  ::signal(SIGCHLD, SIG_DFL);
  return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && ::getppid() == parent;
}

/// The program's own boost is not for parsing strangers' files: it ended with the fork. The class
/// is left alone, for the program may have given this process a share already.
void take_priority(int nice) {
  ::setpriority(PRIO_PROCESS, 0, nice);
}

struct SpawnReply {
  std::uint32_t wish = 0;
  pid_t pid = -1;
  int error_number = 0;
};

/// Forks one worker that serves `socket`. Returns only in the spawner.
std::pair<SpawnReply, UniqueFd> fork_worker(UniqueFd socket, const WorkerConditions& conditions) {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  const pid_t spawner = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    const bool ready = ::dup2(socket.get(), kKeptDescriptor) >= 0 && tie_to_parent(spawner) &&
                       close_inherited_descriptors(kKeptDescriptor);
    if (!ready) {
      ::_exit(1);
    }
    (void)socket.release();
    run_symbol_worker(UniqueFd(kKeptDescriptor), conditions.limits, conditions.readers);
  }
  if (pid < 0) {
    return {SpawnReply{.error_number = errno}, UniqueFd()};
  }
  UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process.valid()) {
    const int error_number = errno;
    ::kill(pid, SIGKILL);
    return {SpawnReply{.error_number = error_number}, UniqueFd()};
  }
  return {SpawnReply{.pid = pid}, std::move(process)};
}

[[noreturn]] void run_spawner(UniqueFd inherited, pid_t parent,
                              const WorkerConditions& conditions) {
  // Not setsid: a session of its own is a scheduling group of its own, where nice means nothing.
  ::setpgid(0, 0);
  take_priority(conditions.nice);
  if (::dup2(inherited.get(), kKeptDescriptor) < 0 || !tie_to_parent(parent) ||
      !close_inherited_descriptors(kKeptDescriptor) || !drop_rights()) {
    ::_exit(1);
  }
  (void)inherited.release();
  for (;;) {
    std::uint32_t number = 0;
    auto wish = receive_message(kKeptDescriptor, std::as_writable_bytes(std::span(&number, 1)));
    if (!wish || wish->bytes.size() != sizeof number) {
      ::_exit(0);
    }
    auto [reply, process] = fork_worker(std::move(wish->passed), conditions);
    reply.wish = number;
    if (!send_message(kKeptDescriptor, std::as_bytes(std::span(&reply, 1)), process.get())) {
      ::_exit(1);
    }
  }
}

}  // namespace

Result<WorkerSpawner> WorkerSpawner::start(const WorkerConditions& conditions) {
  auto sockets = open_socket_pair();
  if (!sockets) {
    return std::move(sockets).error();
  }
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) {
    return Error::from_errno("fork the symbol worker's spawner", errno);
  }
  if (pid == 0) {
    run_spawner(std::move(sockets->second), parent, conditions);
  }
  return WorkerSpawner(std::move(sockets->first), pid);
}

WorkerSpawner::WorkerSpawner(WorkerSpawner&& other) noexcept
    : socket_(std::move(other.socket_)),
      pid_(std::exchange(other.pid_, -1)),
      last_wish_(other.last_wish_) {}

WorkerSpawner& WorkerSpawner::operator=(WorkerSpawner&& other) noexcept {
  if (this != &other) {
    end();
    socket_ = std::move(other.socket_);
    pid_ = std::exchange(other.pid_, -1);
    last_wish_ = other.last_wish_;
  }
  return *this;
}

WorkerSpawner::~WorkerSpawner() {
  end();
}

void WorkerSpawner::end() {
  socket_.reset();
  if (pid_ > 0) {
    // It may be starved of CPU; nothing is lost by not waiting until it notices.
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
}

Result<SpawnedWorker> WorkerSpawner::spawn(KernelTime deadline) {
  auto sockets = open_socket_pair();
  if (!sockets) {
    return std::move(sockets).error();
  }
  const std::uint32_t wish = ++last_wish_;
  const auto bytes = std::as_bytes(std::span(&wish, 1));
  if (auto sent = send_message(socket_.get(), bytes, sockets->second.get()); !sent) {
    return std::move(sent).error().within("the symbol worker's spawner is gone");
  }
  SpawnReply reply{};
  UniqueFd process;
  while (reply.wish != wish) {
    if (!readable_by(socket_.get(), deadline)) {
      return Error("the symbol worker's spawner does not answer in time");
    }
    auto message = receive_message(socket_.get(), std::as_writable_bytes(std::span(&reply, 1)));
    if (!message || message->bytes.size() != sizeof reply) {
      return Error("the symbol worker's spawner is gone");
    }
    process = std::move(message->passed);
  }
  if (reply.pid <= 0 || !process.valid()) {
    return Error::from_errno("fork a symbol worker", reply.error_number);
  }
  return SpawnedWorker{
      .socket = std::move(sockets->first), .process = std::move(process), .pid = reply.pid};
}

}  // namespace culprit
