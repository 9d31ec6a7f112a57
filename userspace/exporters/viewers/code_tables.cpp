// SPDX-License-Identifier: Apache-2.0
#include "exporters/viewers/code_tables.h"

#include <algorithm>

#include "base/display_text.h"

namespace culprit {

std::uint32_t TextTable::number_of(std::string_view text) {
  const auto [known, added] =
      numbers_.try_emplace(displayable(text), static_cast<std::uint32_t>(texts_.size()));
  if (added) {
    texts_.push_back(known->first);
  }
  return known->second;
}

CodeTables::CodeTables(const Profile& profile)
    : profile_(profile), modules_(1), functions_(1), locations_(1) {}

std::uint32_t CodeTables::module_of(const ResolvedFrame& frame) {
  if (frame.module.empty()) {
    return 0;
  }
  const auto [known, added] =
      module_numbers_.try_emplace(frame.module, static_cast<std::uint32_t>(modules_.size()));
  if (added) {
    const auto build_id = profile_.build_ids.find(frame.module);
    modules_.push_back({.name = texts_.number_of(frame.module),
                        .build_id = build_id == profile_.build_ids.end()
                                        ? 0
                                        : texts_.number_of(build_id->second)});
  }
  Module& module = modules_[known->second];
  module.has_files = module.has_files || !frame.file.empty();
  module.has_lines = module.has_lines || frame.line != 0;
  module.has_inlines = module.has_inlines || frame.inlined;
  return known->second;
}

std::uint32_t CodeTables::function_of(const ResolvedFrame& frame) {
  const Function function{.name = texts_.number_of(frame.function),
                          .file = texts_.number_of(frame.file)};
  const auto [known, added] = function_numbers_.try_emplace(
      std::pair(function.name, function.file), static_cast<std::uint32_t>(functions_.size()));
  if (added) {
    functions_.push_back(function);
  }
  return known->second;
}

std::uint32_t CodeTables::location_of(std::span<const FrameId> frames) {
  std::vector<std::uint32_t> key;
  for (const FrameId frame : frames) {
    key.push_back(frame.value());
  }
  const auto [known, added] =
      location_numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(locations_.size()));
  if (added) {
    Location location;
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
      const ResolvedFrame& resolved = profile_.frames.at(*frame);
      location.lines.push_back({.function = function_of(resolved), .line = resolved.line});
      // The last one is the outermost: the function that was compiled.
      location.module = module_of(resolved);
    }
    locations_.push_back(std::move(location));
  }
  return known->second;
}

std::vector<std::uint32_t> CodeTables::locations_of(std::span<const FrameId> frames) {
  std::vector<std::uint32_t> locations;
  std::size_t begin = 0;
  while (begin < frames.size()) {
    std::size_t end = begin + 1;
    while (end < frames.size() && profile_.frames.at(frames[end]).inlined) {
      ++end;
    }
    locations.push_back(location_of(frames.subspan(begin, end - begin)));
    begin = end;
  }
  std::reverse(locations.begin(), locations.end());
  return locations;
}

}  // namespace culprit
