// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "samples/stack.h"

namespace culprit {

/// Longest function name shown; C++ templates know no bounds.
inline constexpr std::size_t kMaxFunctionBytes = 480;

/// displayable(), without its cost for what is plain already, as nearly all names are.
std::string shown(std::string_view text, std::size_t max_bytes = kMaxFunctionBytes);

/// A path's last component, displayable; never empty.
std::string module_name(std::string_view path);

/// "[module+0xoffset]": a place without a name.
std::string place_text(std::string_view module, std::uint64_t offset);
/// "[0xaddress]": a place without a module.
std::string address_text(std::uint64_t address);

/// "[python frame]": what can honestly be said of a frame whose runtime is not read.
std::string unread_frame_text(FrameKind kind);

}  // namespace culprit
