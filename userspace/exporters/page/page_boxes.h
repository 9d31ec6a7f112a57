// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>
#include <vector>

#include "exporters/flame_tree.h"
#include "exporters/viewers/code_tables.h"

namespace culprit {

using PageJson = nlohmann::ordered_json;

/// The boxes of a page's graph as its script reads them: each once, its caller as the distance to
/// it, and what many boxes have in common (name, module, kind, source) in a table.
class PageBoxes {
 public:
  /// Callers come before what they call; the first box has no caller.
  void add(const FlameTree::Key& key, std::string_view source, std::uint32_t caller_distance);
  /// "texts", "keys" and "boxes".
  void write(PageJson& json) const;

 private:
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;

  TextTable texts_;
  std::map<Key, std::uint32_t> known_;
  std::vector<std::uint32_t> names_, modules_, kinds_, sources_;  ///< by key
  std::vector<std::uint32_t> box_keys_, distances_;               ///< by box
};

}  // namespace culprit
