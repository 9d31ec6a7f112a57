// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace culprit {

/// How much of what is resident in this process is memory of BPF maps: it is the maps', and a ring
/// that is mapped twice is resident twice. 0 when the kernel does not tell.
std::uint64_t resident_map_bytes(const std::string& smaps = "/proc/self/smaps");

}  // namespace culprit
