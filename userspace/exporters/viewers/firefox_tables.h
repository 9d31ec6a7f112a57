// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "aggregation/profile.h"
#include "exporters/viewers/code_tables.h"

namespace culprit {

/// The tables that all threads of Firefox's processed profile format share: stacks, frames,
/// functions, files and texts, each a struct of columns.
class FirefoxTables {
 public:
  /// `profile` outlives this.
  explicit FirefoxTables(const Profile& profile) : profile_(profile) {}

  /// The row of a path, outermost first.
  std::uint32_t stack_of(std::span<const FrameId> frames);

  /// The categories that frames refer to, in the format's words for colours.
  static nlohmann::ordered_json categories();
  /// `profile.shared`.
  [[nodiscard]] nlohmann::ordered_json json() const;

 private:
  struct Stack {
    std::uint32_t frame = 0;
    std::uint32_t distance_to_parent = 0;  ///< in rows; 0 for a root
  };
  struct Frame {
    std::uint32_t function = 0;
    std::uint32_t line = 0;
    std::uint32_t category = 0;
    std::uint32_t inline_depth = 0;
  };
  struct Function {
    std::uint32_t name = 0, resource = 0, file = 0;
    bool javascript = false;
  };

  std::uint32_t frame_of(FrameId id, std::uint32_t inline_depth);
  std::uint32_t function_of(const ResolvedFrame& frame);

  const Profile& profile_;
  TextTable texts_;
  std::vector<Stack> stacks_;
  std::vector<Frame> frames_;
  std::vector<Function> functions_;
  TextTable resources_;  ///< modules; number 0: none
  TextTable files_;      ///< number 0: none
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> stack_numbers_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> frame_numbers_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> function_numbers_;
};

}  // namespace culprit
