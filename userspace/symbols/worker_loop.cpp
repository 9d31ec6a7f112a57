// SPDX-License-Identifier: Apache-2.0
#include "symbols/worker_loop.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "symbols/descriptor_socket.h"
#include "symbols/worker_message.h"
#include "symbols/worker_tables.h"

namespace culprit {
namespace {

bool greet(int socket, const Status& sandbox) {
  SymbolAnswer greeting;
  if (!sandbox) {
    greeting.error = sandbox.error().message();
  }
  return send_message(socket, encode(greeting)).has_value();
}

Result<std::vector<std::byte>> content_of(const FileReaders& readers, const ReadQuery& query,
                                          const UniqueFd& file) {
  if (query.reader >= readers.size()) {
    return Error("there is no such reader");
  }
  if (!file.valid()) {
    return Error("the file is not open any more");
  }
  auto content = readers[query.reader](query.source == ReadSource::ProcessMemory
                                           ? ByteSource::of_process(file.get())
                                           : ByteSource::of_descriptor(file.get()),
                                       query.question);
  if (content && content->size() > kMaxContentBytes) {
    return Error("too much to be handed over");
  }
  return content;
}

/// False when the asker is gone.
bool send_content(int socket, const ReadQuery& query,
                  const Result<std::vector<std::byte>>& content) {
  ReadAnswer answer{.id = query.id, .error = {}, .content_bytes = 0};
  if (!content) {
    answer.error = content.error().message();
    return send_message(socket, encode(answer)).has_value();
  }
  answer.content_bytes = content->size();
  if (!send_message(socket, encode(answer))) {
    return false;
  }
  auto left = std::span(*content);
  while (!left.empty()) {
    const auto part = left.first(std::min(left.size(), kContentPartBytes));
    if (!send_message(socket, part)) {
      return false;
    }
    left = left.subspan(part.size());
  }
  return true;
}

/// Answers what one asker asks over one socket.
class Answerer {
 public:
  Answerer(int socket, const FileReaders& readers)
      : socket_(socket), readers_(readers), buffer_(kMaxMessageBytes) {}

  /// False when the asker is gone.
  bool answer_next() {
    auto message = receive_message(socket_, buffer_);
    if (!message || message->bytes.empty()) {
      return false;
    }
    const auto query = decode_query(message->bytes);
    if (!query) {
      return false;
    }
    if (const auto* read = std::get_if<ReadQuery>(&*query)) {
      return send_content(socket_, *read, content_of(readers_, *read, message->passed));
    }
    const SymbolAnswer answer =
        tables_.answer(std::get<SymbolQuery>(*query), std::move(message->passed));
    return send_message(socket_, encode(answer)).has_value();
  }

 private:
  int socket_;
  const FileReaders& readers_;
  std::vector<std::byte> buffer_;
  WorkerTables tables_;
};

}  // namespace

void run_symbol_worker(UniqueFd socket, const SandboxLimits& limits,
                       const FileReaders& readers) noexcept {
  const Status sandbox = enter_sandbox(limits);
  if (!greet(socket.get(), sandbox) || !sandbox) {
    ::_exit(1);
  }
  Answerer answerer(socket.get(), readers);
  while (answerer.answer_next()) {
  }
  ::_exit(0);
}

}  // namespace culprit
