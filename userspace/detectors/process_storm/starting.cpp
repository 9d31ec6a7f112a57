// SPDX-License-Identifier: Apache-2.0
#include "detectors/process_storm/starting.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace culprit {
namespace {

/// As kernels since 5.10 and C libraries call them; prefixes, for suffixes differ.
constexpr std::array<std::string_view, 28> kStarting{"__x64_sys_execve",
                                                     "__ia32_sys_execve",
                                                     "__x64_sys_clone",
                                                     "__x64_sys_clone3",
                                                     "__x64_sys_fork",
                                                     "__x64_sys_vfork",
                                                     "kernel_clone",
                                                     "_do_fork",
                                                     "ret_from_fork",
                                                     "schedule_tail",
                                                     "do_exit",
                                                     "do_group_exit",
                                                     "__x64_sys_wait4",
                                                     "__x64_sys_waitid",
                                                     "__x64_sys_mmap",
                                                     "__x64_sys_munmap",
                                                     "__x64_sys_brk",
                                                     "exc_page_fault",
                                                     "asm_exc_page_fault",
                                                     "page_fault",
                                                     "_dl_",
                                                     "dl_main",
                                                     "__libc_fork",
                                                     "__libc_start_main_impl_init",
                                                     "Py_Initialize",
                                                     "init_interp_main",
                                                     "pyinit_",
                                                     "Py_Finalize"};

bool is_starting(const ResolvedFrame& frame) {
  return frame.module.starts_with("ld-linux") || frame.module.starts_with("ld-musl") ||
         std::ranges::any_of(kStarting, [&](std::string_view prefix) {
           return frame.function.starts_with(prefix);
         });
}

}  // namespace

std::uint64_t weight_of_starting(const CallTree& calls, const FrameTable& frames) {
  const auto& nodes = calls.nodes();
  std::vector<bool> inside(nodes.size(), false);
  std::uint64_t weight = 0;
  for (CallTree::NodeIndex index = 1; index < nodes.size(); ++index) {
    const CallTree::Node& node = nodes[index];
    const bool starting = is_starting(frames.at(node.frame));
    if (starting && !inside[node.parent]) {
      weight += node.total;
    }
    // Children come after their parents.
    inside[index] = starting || inside[node.parent];
  }
  return weight;
}

}  // namespace culprit
