// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/stat.h>

#include <charconv>

#include "base/text_file.h"
#include "doctor/rights.h"
#include "feature_probe.h"

namespace culprit {
namespace {

std::optional<int> number_in(const std::string& path) {
  const auto text = read_text_file(path);
  int number = 0;
  if (!text ||
      std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc{}) {
    return std::nullopt;
  }
  return number;
}

/// include/linux/proc_ns.h: the first process namespace has this inode since 3.8.
constexpr ino_t kFirstPidNamespace = 0xEFFFFFFC;

bool in_first_pid_namespace() {
  struct stat status {};
  return ::stat("/proc/self/ns/pid", &status) != 0 || status.st_ino == kFirstPidNamespace;
}

}  // namespace

Rights read_rights() {
  Rights rights;
  if (const auto status = read_text_file("/proc/self/status"); status) {
    parse_status(*status, rights);
  }
  rights.host_pid_namespace = in_first_pid_namespace();
  rights.perf_event_paranoid = number_in("/proc/sys/kernel/perf_event_paranoid");
  rights.kptr_restrict = number_in("/proc/sys/kernel/kptr_restrict");
  if (const auto lockdown = read_text_file("/sys/kernel/security/lockdown"); lockdown) {
    rights.lockdown = parse_lockdown(*lockdown);
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
    rights.locked_bytes = limit.rlim_cur;
  }
  rights.charges_maps_to_limit = !kernel_has(KernelFeature::CgroupMapMemory);
  return rights;
}

}  // namespace culprit
