// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "exporters/exporter.h"
#include "exporters/text_exporter.h"

namespace culprit {

/// The values of --format, the default first.
std::vector<std::string_view> exporter_formats();

/// The exporter of that format; null when there is none. `text` is for the text format only.
std::unique_ptr<Exporter> make_exporter(std::string_view format, const TextOptions& text = {});

}  // namespace culprit
