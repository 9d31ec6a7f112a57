// SPDX-License-Identifier: Apache-2.0
#include "base/display_text.h"
#include "doctor/host_checks.h"
#include "feature_probe.h"
#include "feature_table.h"

namespace culprit {
namespace {

constexpr const char* kSection = "kernel";

Check check_btf(const Result<KernelBtf>& btf) {
  Check check{.section = kSection, .name = "BTF", .required = true};
  if (!btf) {
    check.health = Health::Missing;
    check.found = btf.error().message();
    check.lost = "everything: the probes cannot be fitted to this kernel";
    check.mend = "culprit doctor --explain-btf";
  } else if (!btf->in_kernel) {
    check.health = Health::Fallback;
    check.found = displayable(btf->file);
    check.lost = "frames beyond 127 and unwind tables; system calls cost a little more";
    check.mend = "boot a kernel with CONFIG_DEBUG_INFO_BTF";
  } else {
    check.found = btf->file.empty() ? "/sys/kernel/btf/vmlinux" : displayable(btf->file);
  }
  return check;
}

std::string mend_of(KernelFeature feature) {
  switch (feature) {
    case KernelFeature::SafeUserReads:
      return "update the kernel: mended by d319f344561d, in 6.1.36, 6.3.10 and 6.4";
    case KernelFeature::HardwareCycles:
      return "in a virtual machine: have its host pass on the performance counters";
    case KernelFeature::Btf:
    case KernelFeature::RingBuffer:
    case KernelFeature::PerfEventBpf:
    case KernelFeature::RawTracepoints:
      return "run it as root on Linux 5.10 or newer";
    default:
      return "update the kernel";
  }
}

std::string lost_of(const FeatureRow& row) {
  if (row.feature == KernelFeature::SafeUserReads) {
    // Not tried: what is asked here is whether trying would stop the machine.
    return "frames beyond 127, and stacks of programs without frame pointers: on this version "
           "reading user memory while sampling can freeze the machine, so the kernel's own walker "
           "is used";
  }
  return std::string(row.lost_without);
}

}  // namespace

std::vector<Check> check_kernel(const Result<KernelBtf>& btf, const std::string& release) {
  std::vector<Check> checks = {check_btf(btf)};
  checks.front().found += " (" + displayable(release) + ")";
  for (const FeatureRow& row : feature_table()) {
    if (row.feature == KernelFeature::Btf) {
      continue;
    }
    Check check{.section = kSection,
                .name = std::string(row.name),
                .found = "since " + std::string(row.since),
                .required = row.required};
    if (!kernel_has(row.feature)) {
      check.health = row.required ? Health::Missing : Health::Fallback;
      check.found = row.required ? "refused" : "instead: " + std::string(row.fallback);
      check.lost = lost_of(row);
      check.mend = mend_of(row.feature);
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace culprit
