// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <elfutils/libdw.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace culprit {

/// Finds the compilation unit and the function's entry for an address in DWARF, each when it is
/// first asked for: only units that were hit are read. Bounded in entries, in depth and in steps.
/// For the worker process: libdw makes an effort, and no more, not to crash over a stranger's file.
class DwarfUnits {
 public:
  /// `dwarf` outlives this.
  explicit DwarfUnits(Dwarf* dwarf) : dwarf_(dwarf) {}

  /// The entry of the unit whose code holds the address.
  std::optional<Dwarf_Die> unit_at(std::uint64_t address);
  /// The entry of the function in that unit whose code holds the address.
  std::optional<Dwarf_Die> function_at(Dwarf_Die& unit, std::uint64_t address);
  /// The namespaces around a function of a unit that function_at() was asked about: "a::b::". Not
  /// known of functions that have a mangled name, which tells them.
  [[nodiscard]] std::string namespaces_of(Dwarf_Die function) const;

 private:
  /// Code, and the offset of the entry it belongs to.
  struct CodeRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t entry = 0;
  };
  using CodeRanges = std::vector<CodeRange>;

  [[nodiscard]] static std::optional<std::uint64_t> entry_at(const CodeRanges& ranges,
                                                             std::uint64_t address);
  static void sort(CodeRanges& ranges);
  static void add_ranges(Dwarf_Die& entry, CodeRanges& ranges);
  void read_all_units();
  /// Where the search for functions has got to.
  struct Place {
    bool in_types = false;  ///< whether types may hold code
    unsigned depth = 0;
    std::uint32_t scope = 0;  ///< index in `scopes_`
  };
  void add_functions_below(Dwarf_Die& parent, const Place& place, CodeRanges& ranges);
  [[nodiscard]] Place inside(Dwarf_Die& entry, const Place& place);
  std::optional<Dwarf_Die> unit_told_by_aranges(std::uint64_t address);

  Dwarf* dwarf_;
  std::optional<CodeRanges> units_;  ///< read when .debug_aranges does not know an address
  std::map<std::uint64_t, CodeRanges> functions_;  ///< by the unit's entry
  std::vector<std::string> scopes_ = {std::string()};
  std::unordered_map<std::uint64_t, std::uint32_t> scope_of_;  ///< by the function's entry
  std::size_t kept_ = 0;
};

}  // namespace culprit
