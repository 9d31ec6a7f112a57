// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "aggregation/profile.h"

namespace culprit {

/// Every distinct text once, by number; number 0 is the empty text. Texts become displayable.
class TextTable {
 public:
  TextTable() { number_of(""); }

  std::uint32_t number_of(std::string_view text);
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

/// The code of a profile as pprof and OTLP describe it: modules, functions, and locations, which
/// are a function's line with the calls that were inlined there. Number 0 of each table is empty
/// and stands for "unknown".
class CodeTables {
 public:
  struct Module {
    std::uint32_t name = 0;      ///< in texts()
    std::uint32_t build_id = 0;  ///< in texts(), hexadecimal
    bool has_files = false, has_lines = false, has_inlines = false;
  };
  struct Function {
    std::uint32_t name = 0, file = 0;  ///< in texts()
  };
  struct Line {
    std::uint32_t function = 0;
    std::uint32_t line = 0;
  };
  struct Location {
    std::uint32_t module = 0;
    std::vector<Line> lines;  ///< innermost inlined call first
  };

  /// `profile` outlives this.
  explicit CodeTables(const Profile& profile);

  /// The locations of a path that comes outermost first; they come innermost first.
  std::vector<std::uint32_t> locations_of(std::span<const FrameId> frames);

  TextTable& texts() { return texts_; }
  [[nodiscard]] const std::vector<Module>& modules() const { return modules_; }
  [[nodiscard]] const std::vector<Function>& functions() const { return functions_; }
  [[nodiscard]] const std::vector<Location>& locations() const { return locations_; }

 private:
  std::uint32_t location_of(std::span<const FrameId> frames);
  std::uint32_t module_of(const ResolvedFrame& frame);
  std::uint32_t function_of(const ResolvedFrame& frame);

  const Profile& profile_;
  TextTable texts_;
  std::vector<Module> modules_;
  std::vector<Function> functions_;
  std::vector<Location> locations_;
  std::unordered_map<std::string, std::uint32_t> module_numbers_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> function_numbers_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> location_numbers_;
};

}  // namespace culprit
