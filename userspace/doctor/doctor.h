// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/doctor_options.h"
#include "doctor/checkup.h"

namespace culprit {

/// Looks at this host: kernel, rights, cgroups, engines, and by loading every program. Leaves
/// nothing behind.
Checkup examine_host(const DoctorOptions& options);

/// One screen. `ascii`: words over ✓ and ✗.
std::string write_checkup_text(const Checkup& checkup, bool ascii);
/// schema culprit.doctor/1
std::string write_checkup_json(const Checkup& checkup);

/// What BTF is, where it was looked for, how to get it.
std::string explain_btf(const std::string& release);

}  // namespace culprit
