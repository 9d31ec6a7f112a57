// SPDX-License-Identifier: Apache-2.0
#include "aggregation/special_frames.h"

#include <algorithm>
#include <array>

namespace culprit {
namespace {

/// __do_softirq was named handle_softirqs in 6.10 (401b9a9ab2b3).
constexpr std::array<std::string_view, 2> kSoftirqFunctions = {"__do_softirq", "handle_softirqs"};

/// x86-64, then arm64, then what both share: a soft interrupt may also begin when a thread allows
/// them again.
constexpr std::array<std::string_view, 10> kInterruptEntries = {
    "asm_common_interrupt", "common_interrupt",    "el1h_64_irq",  "el0t_64_irq",
    "el0_interrupt",        "el1_interrupt",       "irq_exit_rcu", "__irq_exit_rcu",
    "do_softirq",           "__local_bh_enable_ip"};
constexpr std::string_view kVectorEntry = "asm_sysvec_";

/// Compilers name a function's split-off parts "name.part.0".
std::string_view without_suffix(std::string_view function) {
  return function.substr(0, function.find('.'));
}

template <typename Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

ResolvedFrame special_frame(std::string_view function) {
  return {.function = std::string(function),
          .file = {},
          .line = 0,
          .module = {},
          .kind = FrameKind::Native,
          .inlined = false};
}

ResolvedFrame process_frame(std::string_view comm) {
  ResolvedFrame frame = special_frame(comm.empty() ? "[unknown process]" : comm);
  frame.module = kProcessModule;
  return frame;
}

bool is_unresolved(const ResolvedFrame& frame) {
  const std::string_view function = frame.function;
  return function.size() > 2 && function.front() == '[' && function.back() == ']' &&
         (function.starts_with("[0x") || function.find("+0x") != std::string_view::npos);
}

bool serves_softirq(const ResolvedFrame& frame) {
  return frame.kind == FrameKind::Kernel &&
         holds(kSoftirqFunctions, without_suffix(frame.function));
}

bool enters_interrupt(const ResolvedFrame& frame) {
  const std::string_view function = without_suffix(frame.function);
  return frame.kind == FrameKind::Kernel &&
         (function.starts_with(kVectorEntry) || holds(kInterruptEntries, function) ||
          holds(kSoftirqFunctions, function));
}

std::string_view runtime_of_frame(const ResolvedFrame& frame) {
  switch (frame.kind) {
    case FrameKind::Python:
      return "python";
    case FrameKind::JavaScript:
      return "node";
    case FrameKind::Java:
      return "java";
    case FrameKind::Go:
      return "go";
    case FrameKind::Kernel:
    case FrameKind::Native:
    case FrameKind::Jit:
    case FrameKind::Inlined:
      break;
  }
  // Every goroutine begins in the one, every thread of a Go program in the other.
  const bool go =
      frame.function.starts_with("runtime.goexit") || frame.function.starts_with("runtime.mstart");
  return go && frame.kind == FrameKind::Native ? "go" : "";
}

std::string_view runtime_of_executable(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.starts_with("python") || name.starts_with("pypy")) {
    return "python";
  }
  if (name == "node" || name == "nodejs") {
    return "node";
  }
  return name == "java" ? "java" : "";
}

}  // namespace culprit
