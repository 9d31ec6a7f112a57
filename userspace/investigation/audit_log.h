// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace culprit {

/// Where runs are written down, one line of JSON for each beginning and end.
inline constexpr const char* kAuditLog = "/var/log/culprit-audit.log";

/// One line of the audit log.
struct AuditEntry {
  std::string event;  ///< "begin" or "end"
  std::vector<std::string> arguments;
  std::vector<std::string> hooks;  ///< what was attached, threads with watchpoints (at the end) too
  std::string outcome;             ///< end only: the verdict's headline
};

/// Appends one line, mode 0600. Links are not followed. A log that has grown beyond 1 MiB begins
/// anew; the one before is kept as ".1".
Status append_to_audit_log(const AuditEntry& entry, const std::string& path = kAuditLog);

}  // namespace culprit
