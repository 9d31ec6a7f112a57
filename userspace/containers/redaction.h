// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace culprit {

/// Makes the bytes of /proc/PID/cmdline showable: arguments joined by spaces, displayable, at most
/// `max_bytes`, and with "[redacted]" in place of what looks like a secret: values of options and
/// variables with secret-like names, passwords glued to -p of database clients, user info of URLs,
/// authorization headers, and well-known forms of tokens. It errs on the side of hiding.
std::string redacted_command_line(std::string_view nul_separated, std::size_t max_bytes = 512);

/// Whether values under this name are to be hidden: "DB_PASSWORD", "--api-key", "client.secret".
bool is_secret_name(std::string_view name);

}  // namespace culprit
