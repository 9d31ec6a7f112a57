// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace culprit {

/// Makes a stranger's bytes safe to show in any format's escaping: valid UTF-8 of at most
/// `max_bytes`, where control characters, invalid bytes and invisible or direction-changing
/// code points stand as \xNN or \u{NNNN}. A cut text ends in "...".
std::string displayable(std::string_view bytes, std::size_t max_bytes = 512);

}  // namespace culprit
