// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/report.h"

namespace culprit {

/// Makes the folder of --out when it is not there and fails when no file can be written into it, so
/// that one learns it before the investigation and not after.
Status check_report_folder(const std::string& folder);

/// Writes report.txt, report.json, report.md, flame.html, stacks.folded, flame.svg, profile.pb.gz,
/// and below containers/ the stacks and the graph of each container and service that was seen
/// running. Files have mode 0600 and are never half-written under their names; an error leaves
/// those already written. The names, as the FILES line has them, come back.
Result<std::vector<std::string>> write_report_files(const Report& report,
                                                    const std::string& folder);

}  // namespace culprit
