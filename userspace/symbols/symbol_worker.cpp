// SPDX-License-Identifier: Apache-2.0
#include "symbols/symbol_worker.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "symbols/descriptor_socket.h"

namespace culprit {
namespace {

constexpr std::chrono::milliseconds kLookInterval{50};
/// A starving host lets the spawner wait for its turn.
constexpr std::chrono::seconds kStartTime{5};

AskResult failed(AskOutcome outcome, std::uint32_t file, std::string why) {
  return {.outcome = outcome, .file = file, .answer = {}, .why = std::move(why)};
}

}  // namespace

SymbolWorker::SymbolWorker(SymbolWorkerSettings settings, WorkerSpawner spawner)
    : settings_(settings), spawner_(std::move(spawner)), buffer_(kMaxMessageBytes) {}

Result<SymbolWorker> SymbolWorker::start(SymbolWorkerSettings settings) {
  auto spawner = WorkerSpawner::start(settings.conditions);
  if (!spawner) {
    return std::move(spawner).error();
  }
  SymbolWorker worker(settings, *std::move(spawner));
  if (auto first = worker.replace(std::chrono::steady_clock::now() + kStartTime); !first) {
    return std::move(first).error();
  }
  return worker;
}

Status SymbolWorker::replace(KernelTime deadline) {
  kill_worker();
  auto spawned = spawner_.spawn(deadline);
  if (!spawned) {
    return std::move(spawned).error();
  }
  worker_ = *std::move(spawned);
  time_asked_ = std::chrono::nanoseconds(0);
  outstanding_ =
      Outstanding{.id = 0, .file = 0, .since = std::chrono::steady_clock::now(), .before = {}};
  return Success{};
}

void SymbolWorker::kill_worker() {
  if (worker_) {
    ::syscall(SYS_pidfd_send_signal, worker_->process.get(), SIGKILL, nullptr, 0);
  }
  worker_.reset();
  outstanding_.reset();
}

AskResult SymbolWorker::ask(SymbolQuery query, int descriptor, KernelTime deadline) {
  // Long service adds up to the limit of CPU time, for which no file is to blame.
  const bool worn = !outstanding_ && time_asked_ > settings_.conditions.limits.cpu_time / 2;
  if (!worker_ || worn) {
    if (auto replaced = replace(deadline); !replaced) {
      return failed(AskOutcome::NoWorker, query.file, replaced.error().message());
    }
  }
  // The greeting, or an answer that came too late for its asker, has to be taken off the socket.
  if (outstanding_) {
    AskResult before = take_answer(deadline);
    if (before.outcome != AskOutcome::Answered) {
      return before;
    }
  }
  query.id = ++last_id_;
  outstanding_ = Outstanding{.id = query.id,
                             .file = query.file,
                             .since = std::chrono::steady_clock::now(),
                             .before = times_of(worker_->pid)};
  if (auto sent = send_message(worker_->socket.get(), encode(query), descriptor); !sent) {
    // Nothing was asked yet, so no file did this.
    kill_worker();
    return failed(AskOutcome::NotInTime, query.file, sent.error().message());
  }
  return take_answer(deadline);
}

AskResult SymbolWorker::take_answer(KernelTime deadline) {
  switch (wait_for_answer(deadline)) {
    case Wait::Deadline:
      return failed(AskOutcome::NotInTime, outstanding_->file, "the time for names is over");
    case Wait::Stuck:
      return blame("the symbol worker got stuck over it");
    case Wait::Ready:
      break;
  }
  auto answer = receive_answer();
  if (!answer) {
    return blame("the symbol worker died over it");
  }
  if (outstanding_->id == 0 && !answer->error.empty()) {
    kill_worker();
    return failed(AskOutcome::NoWorker, 0, answer->error);
  }
  time_asked_ += std::chrono::steady_clock::now() - outstanding_->since;
  const std::uint32_t file = std::exchange(outstanding_, std::nullopt)->file;
  return {.outcome = AskOutcome::Answered, .file = file, .answer = *std::move(answer), .why = {}};
}

SymbolWorker::Wait SymbolWorker::wait_for_answer(KernelTime deadline) const {
  const auto interval = std::min<std::chrono::nanoseconds>(kLookInterval, settings_.query_time);
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    if (readable_by(worker_->socket.get(), std::min(deadline, now + interval))) {
      return Wait::Ready;
    }
    const auto after = std::chrono::steady_clock::now();
    if (is_stuck(after)) {
      return Wait::Stuck;
    }
    if (after >= deadline) {
      return Wait::Deadline;
    }
  }
}

/// A worker that wants a CPU is judged by what it used of one, any other by how long it has been
/// away: a file system may never answer it.
bool SymbolWorker::is_stuck(KernelTime now) const {
  const std::chrono::nanoseconds allowed =
      outstanding_->id == 0 ? kStartTime : settings_.query_time;
  const ProcessTimes times = times_of(worker_->pid);
  if (times.runnable) {
    return times.on_cpu - outstanding_->before.on_cpu > allowed;
  }
  const auto starved = times.waited_for_cpu - outstanding_->before.waited_for_cpu;
  return now - outstanding_->since - starved > allowed;
}

std::optional<SymbolAnswer> SymbolWorker::receive_answer() {
  auto message = receive_message(worker_->socket.get(), buffer_);
  if (!message || message->bytes.empty()) {
    return std::nullopt;
  }
  auto answer = decode_answer(message->bytes);
  if (!answer || answer->id != outstanding_->id) {
    return std::nullopt;
  }
  return *std::move(answer);
}

AskResult SymbolWorker::blame(std::string why) {
  const Outstanding query = *outstanding_;
  kill_worker();
  if (query.id == 0) {
    return failed(AskOutcome::NoWorker, query.file, "the symbol worker does not start");
  }
  ++killed_;
  return failed(AskOutcome::FileIsToBlame, query.file, std::move(why));
}

}  // namespace culprit
