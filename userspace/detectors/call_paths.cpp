// SPDX-License-Identifier: Apache-2.0
#include "detectors/call_paths.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "aggregation/special_frames.h"
#include "detectors/script_frames.h"

namespace culprit {
namespace {

using FunctionName = std::pair<std::string_view, std::string_view>;
using NodeIndex = CallTree::NodeIndex;

FunctionName name_of(const ResolvedFrame& frame) {
  return {frame.function, frame.module};
}

struct Step {
  std::vector<NodeIndex> nodes;
  std::uint64_t weight = 0;
  NodeIndex heaviest = CallTree::kRoot;
};

// The function below `nodes` that holds most of their weight.
Step heaviest_step(const CallTree& calls, const FrameTable& frames,
                   const std::vector<NodeIndex>& nodes, KernelFrames kernel_frames) {
  std::map<FunctionName, Step> steps;
  for (const NodeIndex parent : nodes) {
    for (const NodeIndex child : calls.nodes()[parent].children) {
      const CallTree::Node& node = calls.nodes()[child];
      const ResolvedFrame& frame = frames.at(node.frame);
      if (kernel_frames == KernelFrames::Leave && frame.kind == FrameKind::Kernel) {
        continue;
      }
      Step& step = steps[name_of(frame)];
      if (step.nodes.empty() || node.total > calls.nodes()[step.heaviest].total) {
        step.heaviest = child;
      }
      step.nodes.push_back(child);
      step.weight += node.total;
    }
  }
  Step best;
  for (auto& [name, step] : steps) {
    if (step.weight > best.weight) {
      best = std::move(step);
    }
  }
  return best;
}

bool starts_with_any(std::string_view text, std::span<const std::string_view> prefixes) {
  return std::ranges::any_of(prefixes,
                             [text](std::string_view prefix) { return text.starts_with(prefix); });
}

constexpr std::array<std::string_view, 8> kLibraryModules{
    "libc.so", "libc-2", "libpthread", "ld-linux", "ld-musl", "libc.musl", "[vdso]", "[kernel]"};

constexpr std::array<std::string_view, 6> kLibraryPrefixes{"_IO_",     "__GI_",      "__libc_",
                                                           "__write_", "__vfprintf", "__internal_"};

// For static binaries, where the C library has no module of its own.
constexpr std::array<std::string_view, 50> kLibraryFunctions{
    "accept",    "accept4", "close",       "connect",   "dprintf",   "epoll_pwait", "epoll_wait",
    "fdatasync", "fflush",  "fprintf",     "fputc",     "fputs",     "fsync",       "fwrite",
    "memcpy",    "memmove", "memset",      "nanosleep", "poll",      "ppoll",       "printf",
    "puts",      "pwrite",  "pwrite64",    "pwritev",   "read",      "readv",       "recv",
    "recvfrom",  "recvmsg", "sched_yield", "select",    "send",      "sendfile",    "sendmmsg",
    "sendmsg",   "sendto",  "setsockopt",  "shutdown",  "snprintf",  "socket",      "syscall",
    "syslog",    "usleep",  "vdprintf",    "vfprintf",  "vsnprintf", "write",       "writev",
    "__send"};

constexpr std::array<std::string_view, 17> kStartFunctions{"_start",
                                                           "__libc_start_main",
                                                           "__libc_start_call_main",
                                                           "__libc_start_main_impl",
                                                           "start_thread",
                                                           "clone",
                                                           "clone3",
                                                           "__clone",
                                                           "__clone3",
                                                           "thread_start",
                                                           "runtime.goexit",
                                                           "runtime.main",
                                                           "runtime.mstart",
                                                           "libc_start_main_stage2",
                                                           kTruncatedStackFrame,
                                                           kUnknownStackFrame,
                                                           kOtherFrame};

constexpr std::array<std::string_view, 8> kInterpreterFunctions{
    "_PyEval_EvalFrameDefault", "PyEval_EvalFrameEx", "execute_ex", "vm_exec_core", "rb_vm_exec",
    "Perl_runops_standard",     "luaV_execute",       "Interpreter"};

}  // namespace

bool same_function(const ResolvedFrame& left, const ResolvedFrame& right) {
  return name_of(left) == name_of(right);
}

FunctionPath common_function_path(const CallTree& calls, const FrameTable& frames, double share,
                                  KernelFrames kernel_frames) {
  const double needed = share * static_cast<double>(calls.total());
  FunctionPath path{.frames = {}, .weight = calls.total()};
  FunctionPath named = path;
  std::vector<NodeIndex> nodes{CallTree::kRoot};
  while (true) {
    Step step = heaviest_step(calls, frames, nodes, kernel_frames);
    if (step.weight == 0 || static_cast<double>(step.weight) < needed) {
      return named;
    }
    path.frames.push_back(calls.nodes()[step.heaviest].frame);
    path.weight = step.weight;
    if (!is_marker_frame(frames.at(path.frames.back()))) {
      named = path;
    }
    nodes = std::move(step.nodes);
  }
}

std::uint64_t weight_below(const CallTree& calls, const FrameTable& frames,
                           std::span<const FrameId> path) {
  std::vector<NodeIndex> nodes{CallTree::kRoot};
  std::uint64_t weight = calls.total();
  for (const FrameId wanted : path) {
    std::vector<NodeIndex> below;
    weight = 0;
    for (const NodeIndex parent : nodes) {
      for (const NodeIndex child : calls.nodes()[parent].children) {
        if (same_function(frames.at(calls.nodes()[child].frame), frames.at(wanted))) {
          below.push_back(child);
          weight += calls.nodes()[child].total;
        }
      }
    }
    nodes = std::move(below);
  }
  return weight;
}

std::size_t shared_depth(const FrameTable& frames, std::span<const FrameId> left,
                         std::span<const FrameId> right) {
  const std::size_t most = std::min(left.size(), right.size());
  std::size_t depth = 0;
  while (depth < most && same_function(frames.at(left[depth]), frames.at(right[depth]))) {
    ++depth;
  }
  return depth;
}

bool is_marker_frame(const ResolvedFrame& frame) {
  return frame.function == kTruncatedStackFrame || frame.function == kUnknownStackFrame ||
         frame.function == kOtherFrame;
}

bool is_start_frame(const ResolvedFrame& frame) {
  return std::ranges::find(kStartFunctions, frame.function) != kStartFunctions.end();
}

bool is_interpreter_frame(const ResolvedFrame& frame) {
  // Optimised builds split the function: "_PyEval_EvalFrameDefault.cold".
  const std::string_view function =
      std::string_view(frame.function).substr(0, frame.function.find('.'));
  return std::ranges::find(kInterpreterFunctions, function) != kInterpreterFunctions.end();
}

bool is_library_frame(const ResolvedFrame& frame) {
  if (is_start_frame(frame)) {
    return false;
  }
  return frame.kind == FrameKind::Kernel || starts_with_any(frame.module, kLibraryModules) ||
         starts_with_any(frame.function, kLibraryPrefixes) ||
         std::ranges::find(kLibraryFunctions, frame.function) != kLibraryFunctions.end();
}

std::vector<FrameId> application_path(const FrameTable& frames, std::vector<FrameId> path) {
  // What the runtime or an extension does for a script's function: the developer wrote the call.
  const auto script = std::find_if(
      path.rbegin(), path.rend(), [&](FrameId frame) { return is_script_frame(frames.at(frame)); });
  if (script != path.rend()) {
    path.erase(script.base(), path.end());
    return path;
  }
  std::size_t kept = path.size();
  while (kept > 0 && is_library_frame(frames.at(path[kept - 1]))) {
    --kept;
  }
  if (kept > 0 && !is_start_frame(frames.at(path[kept - 1]))) {
    path.resize(kept);
  }
  return path;
}

std::vector<FrameId> asking_path(const FrameTable& frames, std::vector<FrameId> path) {
  const auto asks = std::find_if(path.rbegin(), path.rend(), [&](FrameId frame) {
    return is_script_frame(frames.at(frame)) && !is_script_library_frame(frames.at(frame));
  });
  if (asks == path.rend()) {
    return application_path(frames, std::move(path));
  }
  path.erase(asks.base(), path.end());
  return path;
}

std::optional<CallTree> read_scripts(const CallTree& calls, const FrameTable& frames) {
  const auto nodes = std::span(calls.nodes()).subspan(1);
  const bool some = std::ranges::any_of(
      nodes, [&](const CallTree::Node& node) { return is_script_frame(frames.at(node.frame)); });
  if (!some) {
    return std::nullopt;
  }
  CallTree scripts;
  calls.for_each_path([&](std::span<const FrameId> path, std::uint64_t weight) {
    if (std::ranges::any_of(path,
                            [&](FrameId frame) { return is_script_frame(frames.at(frame)); })) {
      scripts.add(path, weight);
    }
  });
  const bool most = 2 * scripts.total() > calls.total() && scripts.total() < calls.total();
  return most ? std::optional(std::move(scripts)) : std::nullopt;
}

CallSite dearest_call_site(const CallTree& calls, const FrameTable& frames) {
  struct Site {
    std::uint64_t weight = 0;
    std::uint64_t best_path_weight = 0;
    std::vector<FrameId> path;
  };
  std::map<FunctionName, Site> sites;
  std::uint64_t total = 0;
  calls.for_each_path([&](std::span<const FrameId> path, std::uint64_t weight) {
    total += weight;
    std::vector<FrameId> caller =
        asking_path(frames, std::vector<FrameId>(path.begin(), path.end()));
    if (caller.empty()) {
      return;
    }
    Site& site = sites[name_of(frames.at(caller.back()))];
    site.weight += weight;
    if (weight > site.best_path_weight) {
      site.best_path_weight = weight;
      site.path = std::move(caller);
    }
  });
  CallSite dearest{.path = {}, .share = 0, .weight = total};
  std::uint64_t most = 0;
  for (auto& [name, site] : sites) {
    if (site.weight > most) {
      most = site.weight;
      dearest.path = std::move(site.path);
    }
  }
  if (total > 0) {
    dearest.share = static_cast<double>(most) / static_cast<double>(total);
  }
  return dearest;
}

}  // namespace culprit
