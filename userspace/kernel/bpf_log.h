// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace culprit {

/// Keeps libbpf from printing to standard error. What it says is kept, the last few kilobytes of
/// it, for the sentence that explains a failed load.
void capture_bpf_log();

/// What libbpf has said since the last call; empty when nothing.
std::string take_bpf_log();

}  // namespace culprit
