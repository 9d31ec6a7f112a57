// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "exporters/flame_tree.h"

namespace culprit {

/// "#f2a65a": a hue by kind, a shade by name; the same name has the same colour in every graph.
std::string flame_colour(BoxKind kind, std::string_view name);

/// The kind in the legend: "kernel", "python", ...
std::string_view box_kind_name(BoxKind kind);

}  // namespace culprit
