// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/options.h"

namespace culprit {

// The values of options that are words. Each error is a whole sentence for the reader.

Result<SamplingEvent> parse_event(std::string_view text);
Result<OutputFormat> parse_format(std::string_view text);
/// The value of --format that asks for it.
std::string_view format_name(OutputFormat format);

/// Any text that could be a name, an id prefix or a cgroup path.
Result<std::string> parse_container(std::string_view text);
/// "namespace/name"
Result<PodSelector> parse_pod(std::string_view text);
/// "key=value"; the first "=" separates.
Result<LabelSelector> parse_label(std::string_view text);

/// "any", or kinds separated by commas, each one that `is_kind` knows. Leaves the confidence at its
/// default.
Result<FailOn> parse_fail_on(std::string_view text,
                             const std::function<bool(std::string_view)>& is_kind);

/// A path that is a directory, or nothing yet.
Result<std::string> parse_out_directory(std::string_view text);
/// A file that can be read now.
Result<std::string> parse_readable_file(std::string_view text);
/// The name of a second choice that tests force, added to those before it.
Result<ForcedRungs> parse_rung(std::string_view text, ForcedRungs before);
/// A path that fits into the address of a Unix socket.
Result<std::string> parse_socket_path(std::string_view text);

}  // namespace culprit
