// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/dispatcher.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "base/display_text.h"
#include "detectors/runaway_loop/thread_life.h"

namespace culprit {
namespace {

constexpr std::size_t kLongestFunction = 48;

// Loops that hand out requests, and nothing else. Pools of workers are left out on purpose: they
// run batches that may be long by right.
constexpr std::array<std::string_view, 21> kRequestLoops{
    "ngx_worker_process_cycle",
    "ngx_process_events_and_timers",
    "ngx_single_process_cycle",
    "aeMain",
    "aeProcessEvents",
    "run_poll_loop",
    "uwsgi_request_wsgi",
    "python_request_handler",
    "fcgi_accept_request",
    "ap_run_process_connection",
    "ap_process_http_connection",
    "parserOnHeadersComplete",
    "serve_forever",
    "process_request_thread",
    "handle_one_request",
    "run_wsgi",
    "run_asgi",
    "process_client",
    "net/http.(*conn).serve",
    "net/http.serverHandler.ServeHTTP",
    "io.netty.channel.nio.NioEventLoop.run",
};

// Loops that command line tools have too: a bundler computes for minutes below uv_run, a script
// below php_execute_script.
constexpr std::array<std::string_view, 12> kEventLoops{
    "uv_run",
    "ev_run",
    "event_base_loop",
    "event_base_dispatch",
    "g_main_loop_run",
    "g_main_context_dispatch",
    "processTicksAndRejections",
    "processTimers",
    "run_forever",
    "_run_once",
    "handle_request",
    "php_execute_script",
};

bool hands_out_work(const ResolvedFrame& frame, bool server) {
  const std::string_view function = frame.function;
  return std::ranges::find(kRequestLoops, function) != kRequestLoops.end() ||
         (server && (std::ranges::find(kEventLoops, function) != kEventLoops.end() ||
                     function.starts_with("boost::asio::detail::scheduler::run")));
}

// Serves others: owns a listening socket, or was seen accepting or answering.
bool is_server(const ProfileIndex& index, const BusyGroup& group) {
  const Profile& profile = index.profile();
  for (const ThreadProfile* thread : group.threads) {
    const Pid pid = thread->process.pid;
    const ProcessProfile* process = index.process(pid);
    const Pid parent = process == nullptr ? Pid{} : process->parent;
    const auto owned = [&](const ListenQueue& queue) {
      return queue.pid.value() != 0 && (queue.pid == pid || queue.pid == parent);
    };
    const auto answered = [&](const ExchangeActivity& exchange) {
      return exchange.pid == pid && !exchange.client && exchange.exchanges > 0;
    };
    const auto accepted = [](const SyscallActivity* activity) {
      return activity->error == 0 && activity->count > 0 &&
             (activity->name == "accept" || activity->name == "accept4");
    };
    if (std::ranges::any_of(profile.listen_queues, owned) ||
        std::ranges::any_of(profile.exchanges, answered) ||
        std::ranges::any_of(index.syscalls_of(pid), accepted)) {
      return true;
    }
  }
  return false;
}

Dispatcher at(const FrameTable& frames, FrameId frame, Dispatcher::Source source) {
  return {.source = source,
          .frame = frame,
          .function = displayable(frames.at(frame).function, kLongestFunction)};
}

std::optional<Dispatcher> known_loop(const FrameTable& frames, std::span<const FrameId> above,
                                     bool server) {
  for (std::size_t i = above.size(); i > 0; --i) {
    if (hands_out_work(frames.at(above[i - 1]), server)) {
      return at(frames, above[i - 1], Dispatcher::Source::KnownLoop);
    }
  }
  return std::nullopt;
}

// The deepest frame that `home` shares with `other` and that lies above the home; where every
// thread begins does not count, nor does main: a program waits there before any work exists.
std::optional<FrameId> shared_frame(const FrameTable& frames, std::span<const FrameId> home,
                                    std::span<const FrameId> other) {
  const std::size_t depth = std::min(shared_depth(frames, home, other), home.size() - 1);
  if (depth == 0) {
    return std::nullopt;
  }
  const ResolvedFrame& frame = frames.at(home[depth - 1]);
  const bool says_nothing = is_start_frame(frame) || is_library_frame(frame) ||
                            is_interpreter_frame(frame) || frame.function == "main" ||
                            frame.function.starts_with('[');
  return says_nothing ? std::nullopt : std::optional<FrameId>(home[depth - 1]);
}

std::optional<Dispatcher> from_sleeping_paths(const FrameTable& frames, const BusyGroup& group) {
  for (const ThreadProfile* thread : group.threads) {
    for (const std::vector<FrameId>& path : thread->sleeping_paths) {
      if (const auto frame = shared_frame(frames, group.home.frames, path); frame) {
        return at(frames, *frame, Dispatcher::Source::SleepingPath);
      }
    }
  }
  return std::nullopt;
}

std::optional<Dispatcher> from_siblings(const ProfileIndex& index, const BusyGroup& group) {
  const Profile& profile = index.profile();
  for (const ThreadProfile* thread : group.threads) {
    for (const ThreadProfile* sibling : index.threads_of(thread->process.pid)) {
      if (sibling->tid == thread->tid || sibling->voluntary_switches == 0 ||
          life_of(profile, *sibling).never_sleeps) {
        continue;
      }
      // Wherever it was seen, it comes back to sleep above: one sample path will do.
      const FunctionPath path = common_function_path(sibling->calls, profile.frames, 0.5);
      if (const auto frame = shared_frame(profile.frames, group.home.frames, path.frames); frame) {
        return at(profile.frames, *frame, Dispatcher::Source::Sibling);
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Dispatcher> find_dispatcher(const ProfileIndex& index, const BusyGroup& group) {
  if (group.home.frames.size() < 2) {
    return std::nullopt;
  }
  const FrameTable& frames = index.profile().frames;
  const std::span<const FrameId> home(group.home.frames);
  const bool server = is_server(index, group);
  if (auto loop = known_loop(frames, home.first(home.size() - 1), server); loop) {
    return loop;
  }
  // Without requests to serve, a sleeping sibling is as likely a pool's idle worker as a server's:
  // compressors and compilers have those too.
  if (!server) {
    return std::nullopt;
  }
  if (auto slept = from_sleeping_paths(frames, group); slept) {
    return slept;
  }
  return from_siblings(index, group);
}

}  // namespace culprit
