// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace culprit {

/// As `gzip -n` writes it: no name, no time, so the same bytes give the same bytes.
std::string gzip(std::string_view bytes);

/// Base64 with padding.
std::string base64(std::string_view bytes);

}  // namespace culprit
