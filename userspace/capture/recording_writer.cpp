// SPDX-License-Identifier: Apache-2.0
#include "capture/recording_writer.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace culprit {

RecordingWriter::RecordingWriter(RecordingFile file) : file_(std::move(file)) {
  // Signals are for the main thread, which knows what to do about them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

RecordingWriter::~RecordingWriter() {
  static_cast<void>(finish());
}

void RecordingWriter::hand_over(Batch batch) {
  const std::lock_guard lock(mutex_);
  if (waiting_samples_ + batch.samples.size() > kMostWaiting) {
    dropped_ += batch.samples.size();
    batch.samples.clear();  // the answers are few and not given again
  }
  waiting_samples_ += batch.samples.size();
  waiting_.push_back(std::move(batch));
  changed_.notify_one();
}

void RecordingWriter::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      return;
    }
    const Batch batch = std::move(waiting_.front());
    waiting_.pop_front();
    const bool failed = failure_.has_value();
    lock.unlock();
    Status status = failed ? Status(Success{}) : file_.write(batch);
    lock.lock();
    waiting_samples_ -= batch.samples.size();
    written_.notify_all();
    if (!status) {
      failure_ = std::move(status).error();
    }
  }
}

void RecordingWriter::wait_for_room() {
  std::unique_lock lock(mutex_);
  written_.wait(lock, [this] { return waiting_samples_ == 0; });
}

Status RecordingWriter::finish() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
  return failure_ ? Status(*failure_) : Status(Success{});
}

std::uint64_t RecordingWriter::dropped() {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace culprit
