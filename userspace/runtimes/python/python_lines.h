// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace culprit {

/// The line of the instruction at `position` bytes, by the table of a version 3.`minor`; nothing:
/// it has no line, or the table makes no sense.
std::optional<std::uint32_t> python_line(std::span<const std::byte> table, std::uint32_t minor,
                                         std::uint32_t first_line, std::uint32_t position);

}  // namespace culprit
