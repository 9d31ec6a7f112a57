// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "containers/engine_container.h"

namespace culprit {

/// What the engines of this host said, and why when they did not.
struct EngineAnswer {
  std::vector<EngineContainer> containers;
  std::vector<std::string> engines;   ///< "docker 28.2.2 (/var/run/docker.sock)"
  std::vector<std::string> failures;  ///< sentences for the report's limits
};

inline constexpr std::chrono::milliseconds kEngineDeadline{1000};

/// The sockets that are asked when the user names none.
std::vector<std::string> default_engine_sockets();

/// Which sockets to ask, and whether one that does not exist is worth a sentence.
struct EngineSockets {
  std::vector<std::string> paths = default_engine_sockets();
  bool named_by_user = false;
};

/// Asks each engine for its containers, with GET requests only, and returns with what it has within
/// `deadline` whatever the engines do. Details of single containers come newest first, as far as
/// the time suffices.
EngineAnswer ask_engines(const EngineSockets& sockets,
                         std::chrono::milliseconds deadline = kEngineDeadline);

/// The same in a thread of its own, so that nothing waits for a slow engine.
class EngineQuery {
 public:
  /// `prepare_thread` is called first in the thread that asks: for its priority.
  explicit EngineQuery(EngineSockets sockets, std::function<void()> prepare_thread = {},
                       std::chrono::milliseconds deadline = kEngineDeadline);

  /// The answer, once, when it has arrived.
  std::optional<EngineAnswer> poll();

  /// The answer, once; waits for it, at most until the deadline. Empty when it was taken before.
  EngineAnswer wait();

 private:
  std::future<EngineAnswer> answer_;
  std::jthread thread_;
};

}  // namespace culprit
