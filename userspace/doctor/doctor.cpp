// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/display_text.h"
#include "doctor/host_checks.h"
#include "doctor/rights.h"
#include "feature_probe.h"

namespace culprit {
namespace {

void append(std::vector<Check>& all, std::vector<Check> more) {
  std::ranges::move(more, std::back_inserter(all));
}

}  // namespace

Checkup examine_host(const DoctorOptions& options) {
  const std::string release = kernel_release();
  const auto btf = find_kernel_btf(options.btf_file, release);
  Checkup checkup{.version = std::string(culprit_version()), .kernel = displayable(release)};
  append(checkup.checks, check_kernel(btf, release));
  append(checkup.checks, judge_rights(read_rights()));
  if (const auto possible = can_observe(btf); !possible) {
    checkup.checks.push_back({.section = "programs",
                              .name = "observing",
                              .health = Health::Missing,
                              .found = possible.error().message(),
                              .lost = "everything",
                              .required = true});
  } else {
    append(checkup.checks, check_probes(*btf));
  }
  append(checkup.checks, check_cgroups());
  append(checkup.checks, check_engines());
  return checkup;
}

std::string explain_btf(const std::string& release) {
  std::string text =
      "BTF describes the structures of a kernel. culprit's programs are compiled once and fitted\n"
      "to each kernel by it. Kernels built with CONFIG_DEBUG_INFO_BTF, as distributions' since\n"
      "2021 are, carry their own in /sys/kernel/btf/vmlinux. Otherwise these are looked for:\n";
  for (const std::string& path : btf_search_paths(release)) {
    text += "  " + displayable(path) + "\n";
  }
  text += "To get it: install the kernel's debug symbols (Debian: linux-image-" +
          displayable(release) +
          "-dbg), or\nmake it on any machine from a vmlinux with DWARF of the very same kernel:\n"
          "  pahole --btf_encode_detached kernel.btf vmlinux\n"
          "then: culprit --btf kernel.btf\n";
  return text;
}

}  // namespace culprit
