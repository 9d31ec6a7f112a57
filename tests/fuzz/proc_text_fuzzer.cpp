// SPDX-License-Identifier: Apache-2.0
// Any text as the files of /proc that say what a process is and where it belongs. Mount points
// follow a zero byte.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "containers/cgroup_limits.h"
#include "containers/cgroup_mounts.h"
#include "containers/container_id.h"
#include "containers/proc_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\0');
  const std::string_view first = text.substr(0, end);
  const std::string_view mounts =
      end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  (void)culprit::parse_proc_stat(text);
  (void)culprit::parse_inner_pid(text);
  (void)culprit::parse_namespace_link(text);
  (void)culprit::parse_cpu_max(text);
  const culprit::ProcCgroups cgroups = culprit::parse_proc_cgroup(first);
  const std::string_view path = culprit::more_telling_path(cgroups.v2, cgroups.v1);
  if (culprit::identify_cgroup(path).name.empty()) {
    __builtin_trap();
  }
  (void)culprit::parse_cgroup_mounts(mounts, first);
  return 0;
}
