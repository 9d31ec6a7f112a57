// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/doctor_options.h"
#include "doctor/checkup.h"
#include "kernel_btf.h"

namespace culprit {

/// The kernel's features, by trying each.
std::vector<Check> check_kernel(const Result<KernelBtf>& btf, const std::string& release);
/// Loads every program as an investigation would, attaches none.
std::vector<Check> check_probes(const KernelBtf& btf);
std::vector<Check> check_cgroups();
/// Asks the engines that have a socket here, with GET only.
std::vector<Check> check_engines();

}  // namespace culprit
