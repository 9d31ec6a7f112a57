// SPDX-License-Identifier: Apache-2.0
#include "base/display_text.h"
#include "doctor/host_checks.h"
#include "investigation/probe_settings.h"
#include "kernel/bpf_log.h"
#include "kernel/shared_maps.h"
#include "probes/cpu_sampler_probe.h"
#include "probes/process_lifecycle_probe.h"
#include "probes/syscalls/syscall_probe.h"
#include "probes/syscalls/tcp_state_probe.h"

namespace culprit {
namespace {

/// Opens one probe, which loads its programs, and lets it go again.
template <typename Probe>
Check try_probe(const char* name, const char* lost, const ProbeSettings& settings,
                SharedMaps& shared_maps) {
  Check check{.section = "programs", .name = name};
  auto probe = Probe::open(settings, shared_maps);
  if (!probe) {
    check.health = Health::Missing;
    check.found = displayable(probe.error().message());
    check.lost = lost;
    return check;
  }
  const ProbeHook hook = (*probe)->hook();
  check.found = hook.hook;
  if (!hook.fallback_of.empty()) {
    check.health = Health::Fallback;
    check.found += " instead of " + hook.fallback_of;
    check.lost = "a little CPU time";
  }
  return check;
}

}  // namespace

std::vector<Check> check_probes(const KernelBtf& btf) {
  capture_bpf_log();
  const ProbeSettings settings =
      choose_probe_settings(Options{}, CgroupNumbering::V2, std::nullopt, btf);
  SharedMaps maps;
  std::vector<Check> checks = {
      try_probe<CpuSamplerProbe>("CPU samples", "everything", settings, maps)};
  checks.front().required = true;
  checks.push_back(try_probe<ProcessLifecycleProbe>(
      "births and deaths", "process storms; names of short-lived processes", settings, maps));
  checks.push_back(try_probe<SyscallProbe>(
      "system calls", "polls, retry storms, request storms and log floods", settings, maps));
  checks.push_back(
      try_probe<TcpStateProbe>("connections", "how TCP connections end", settings, maps));
  return checks;
}

}  // namespace culprit
