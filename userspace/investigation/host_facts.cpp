// SPDX-License-Identifier: Apache-2.0
#include "investigation/host_facts.h"

#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/display_text.h"
#include "base/text_file.h"
#include "kernel/perf_event.h"

namespace culprit {

HostFacts read_host_facts() {
  HostFacts facts;
  utsname names{};
  if (::uname(&names) == 0) {
    facts.name = displayable(static_cast<const char*>(names.nodename));
    facts.kernel = displayable(static_cast<const char*>(names.release));
  }
  std::string boot_id = read_text_file("/proc/sys/kernel/random/boot_id").value_or(std::string());
  while (!boot_id.empty() && boot_id.back() == '\n') {
    boot_id.pop_back();
  }
  facts.boot_id = displayable(boot_id);
  if (const auto cpus = online_cpus(); cpus) {
    facts.cpus = static_cast<std::uint32_t>(cpus->size());
  }
  struct sysinfo memory {};
  if (::sysinfo(&memory) == 0) {
    facts.memory_bytes = static_cast<std::uint64_t>(memory.totalram) * memory.mem_unit;
  }
  return facts;
}

}  // namespace culprit
