// SPDX-License-Identifier: Apache-2.0
#include "symbols/worker_loop.h"

#include <unistd.h>

#include <cstddef>
#include <utility>
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

/// False when the asker is gone.
bool answer_next(int socket, std::span<std::byte> buffer, WorkerTables& tables) {
  auto message = receive_message(socket, buffer);
  if (!message || message->bytes.empty()) {
    return false;
  }
  const auto query = decode_query(message->bytes);
  if (!query) {
    return false;
  }
  const SymbolAnswer answer = tables.answer(*query, std::move(message->passed));
  return send_message(socket, encode(answer)).has_value();
}

}  // namespace

void run_symbol_worker(UniqueFd socket, const SandboxLimits& limits) {
  const Status sandbox = enter_sandbox(limits);
  if (!greet(socket.get(), sandbox) || !sandbox) {
    ::_exit(1);
  }
  std::vector<std::byte> buffer(kMaxMessageBytes);
  WorkerTables tables;
  while (answer_next(socket.get(), buffer, tables)) {
  }
  ::_exit(0);
}

}  // namespace culprit
