// SPDX-License-Identifier: Apache-2.0
#include "investigation/audit_log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/unique_fd.h"

namespace culprit {
namespace {

constexpr off_t kLargestLog = off_t{1024} * 1024;

void rotate(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
      status.st_size > kLargestLog) {
    // A failure leaves one long log, which is no reason to fail.
    static_cast<void>(std::rename(path.c_str(), (path + ".1").c_str()));
  }
}

}  // namespace

Status append_to_audit_log(const AuditEntry& entry, const std::string& path) {
  rotate(path);
  constexpr mode_t kOwnerOnly = 0600;
  const UniqueFd file(::open(path.c_str(),
                             O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                             kOwnerOnly));
  if (!file.valid()) {
    return Error::from_errno("open the audit log " + path, errno);
  }
  nlohmann::ordered_json line;
  line["time"] = fmt::format(
      "{:%Y-%m-%dT%H:%M:%SZ}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  line["pid"] = ::getpid();
  line["uid"] = ::getuid();
  line["event"] = entry.event;
  line["arguments"] = entry.arguments;
  line["hooks"] = entry.hooks;
  if (!entry.outcome.empty()) {
    line["outcome"] = entry.outcome;
  }
  const std::string text =
      line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return Error::from_errno("write the audit log " + path, errno);
  }
  return Success{};
}

}  // namespace culprit
