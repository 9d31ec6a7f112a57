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

AskEnd failed(AskOutcome outcome, std::uint32_t file, std::string why) {
  return {.outcome = outcome, .file = file, .why = std::move(why)};
}

}  // namespace

SymbolWorker::SymbolWorker(SymbolWorkerSettings settings, WorkerSpawner spawner)
    : settings_(std::move(settings)), spawner_(std::move(spawner)), buffer_(kMaxMessageBytes) {}

Result<SymbolWorker> SymbolWorker::start(const SymbolWorkerSettings& settings) {
  auto spawner = WorkerSpawner::start(settings.conditions);
  if (!spawner) {
    return std::move(spawner).error();
  }
  if (settings.conditions.started) {
    settings.conditions.started(spawner->process_id());
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
  if (settings_.conditions.started) {
    settings_.conditions.started(worker_->pid);
  }
  time_asked_ = std::chrono::nanoseconds(0);
  outstanding_ =
      Outstanding{.question = Question::Greeting, .since = std::chrono::steady_clock::now()};
  return Success{};
}

void SymbolWorker::kill_worker() {
  if (worker_) {
    if (settings_.conditions.ends) {
      settings_.conditions.ends(worker_->pid);
    }
    ::syscall(SYS_pidfd_send_signal, worker_->process.get(), SIGKILL, nullptr, 0);
  }
  worker_.reset();
  outstanding_.reset();
}

AskResult SymbolWorker::ask(SymbolQuery query, int descriptor, KernelTime deadline) {
  if (auto hindered = prepare(query.file, deadline)) {
    return {*std::move(hindered), {}};
  }
  query.id = ++last_id_;
  const AskEnd end =
      send_and_wait({.question = Question::Symbols, .id = query.id, .file = query.file},
                    encode(query), descriptor, deadline);
  return {end, std::exchange(answered_, {}).symbols};
}

ReadResult SymbolWorker::read_file(ReadQuery query, int descriptor, KernelTime deadline) {
  if (auto hindered = prepare(query.file, deadline)) {
    return {*std::move(hindered), {}, {}};
  }
  query.id = ++last_id_;
  const AskEnd end =
      send_and_wait({.question = Question::Content, .id = query.id, .file = query.file},
                    encode(query), descriptor, deadline);
  Outstanding answered = std::exchange(answered_, {});
  return {end, answered.content_head.value_or(ReadAnswer()).error, std::move(answered.content)};
}

std::optional<AskEnd> SymbolWorker::prepare(std::uint32_t file, KernelTime deadline) {
  // Long service adds up to the limit of CPU time, for which no file is to blame.
  const bool worn = !outstanding_ && time_asked_ > settings_.conditions.limits.cpu_time / 2;
  if (!worker_ || worn) {
    if (auto replaced = replace(deadline); !replaced) {
      return failed(AskOutcome::NoWorker, file, replaced.error().message());
    }
  }
  // The greeting, or an answer that came too late for its asker, has to be taken off the socket.
  if (outstanding_) {
    if (!outstanding_->content.empty()) {
      // It waits for us to take the rest; nobody wants the beginning any more.
      outstanding_->since = std::chrono::steady_clock::now();
    }
    AskEnd before = take_answer(deadline);
    answered_ = {};
    if (before.outcome != AskOutcome::Answered) {
      return before;
    }
  }
  return std::nullopt;
}

AskEnd SymbolWorker::send_and_wait(Outstanding query, std::span<const std::byte> message,
                                   int descriptor, KernelTime deadline) {
  query.since = std::chrono::steady_clock::now();
  query.before = times_of(worker_->pid);
  if (auto sent = send_message(worker_->socket.get(), message, descriptor); !sent) {
    // Nothing was asked yet, so no file did this.
    kill_worker();
    return failed(AskOutcome::NotInTime, query.file, sent.error().message());
  }
  outstanding_ = std::move(query);
  return take_answer(deadline);
}

AskEnd SymbolWorker::take_answer(KernelTime deadline) {
  Received received = Received::Part;
  while (received == Received::Part) {
    switch (wait_for_answer(deadline)) {
      case Wait::Deadline:
        return failed(AskOutcome::NotInTime, outstanding_->file, "the time for names is over");
      case Wait::Stuck:
        return blame("the symbol worker got stuck over it");
      case Wait::Ready:
        break;
    }
    received = receive_next();
  }
  if (received == Received::Nonsense) {
    return blame("the symbol worker died over it");
  }
  if (outstanding_->question == Question::Greeting && !outstanding_->symbols.error.empty()) {
    const std::string error = outstanding_->symbols.error;
    kill_worker();
    return failed(AskOutcome::NoWorker, 0, error);
  }
  time_asked_ += std::chrono::steady_clock::now() - outstanding_->since;
  answered_ = *std::exchange(outstanding_, std::nullopt);
  return {.outcome = AskOutcome::Answered, .file = answered_.file, .why = {}};
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
  std::chrono::nanoseconds allowed = settings_.query_time;
  if (outstanding_->question != Question::Symbols) {
    allowed = outstanding_->question == Question::Greeting ? kStartTime : settings_.read_time;
  }
  const ProcessTimes times = times_of(worker_->pid);
  if (times.runnable) {
    return times.on_cpu - outstanding_->before.on_cpu > allowed;
  }
  const auto starved = times.waited_for_cpu - outstanding_->before.waited_for_cpu;
  return now - outstanding_->since - starved > allowed;
}

SymbolWorker::Received SymbolWorker::receive_next() {
  auto message = receive_message(worker_->socket.get(), buffer_);
  if (!message || message->bytes.empty()) {
    return Received::Nonsense;
  }
  if (outstanding_->question == Question::Content) {
    return receive_content(message->bytes);
  }
  auto answer = decode_answer(message->bytes);
  if (!answer || answer->id != outstanding_->id) {
    return Received::Nonsense;
  }
  outstanding_->symbols = *std::move(answer);
  return Received::All;
}

SymbolWorker::Received SymbolWorker::receive_content(std::span<const std::byte> message) {
  std::vector<std::byte>& content = outstanding_->content;
  if (!outstanding_->content_head) {
    auto head = decode_read_answer(message);
    if (!head || head->id != outstanding_->id) {
      return Received::Nonsense;
    }
    outstanding_->content_head = *std::move(head);
    content.reserve(outstanding_->content_head->content_bytes);
  } else {
    content.insert(content.end(), message.begin(), message.end());
  }
  const std::uint64_t wanted = outstanding_->content_head->content_bytes;
  if (content.size() > wanted) {
    return Received::Nonsense;
  }
  return content.size() == wanted ? Received::All : Received::Part;
}

AskEnd SymbolWorker::blame(std::string why) {
  const Question question = outstanding_->question;
  const std::uint32_t file = outstanding_->file;
  kill_worker();
  if (question == Question::Greeting) {
    return failed(AskOutcome::NoWorker, file, "the symbol worker does not start");
  }
  ++killed_;
  return failed(AskOutcome::FileIsToBlame, file, std::move(why));
}

}  // namespace culprit
