// SPDX-License-Identifier: Apache-2.0
#include "symbols/dwarf_units.h"

#include <dwarf.h>

#include <algorithm>
#include <tuple>

namespace culprit {
namespace {

constexpr std::size_t kMaxUnitRanges = 1'000'000;
constexpr std::size_t kMaxFunctionRanges = 400'000;
constexpr unsigned kMaxDepth = 32;
constexpr std::size_t kMaxScopes = 65536;
constexpr std::size_t kMaxScopeBytes = 512;
/// How many ranges before an address are asked whether they reach it: they may overlap.
constexpr std::size_t kMaxLookBack = 16;
constexpr std::size_t kMaxRangesOfEntry = 65536;

bool is_namespace_like(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_lexical_block;
}

/// Not dwarf_srclang(): it would look into the file that has the rest of a split unit.
Dwarf_Word language_of(Dwarf_Die& unit) {
  Dwarf_Attribute attribute{};
  Dwarf_Word language = 0;
  const bool told = ::dwarf_attr(&unit, DW_AT_language, &attribute) != nullptr &&
                    ::dwarf_formudata(&attribute, &language) == 0;
  return told ? language : 0;
}

bool is_type_with_functions(int tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
         tag == DW_TAG_enumeration_type;
}

}  // namespace

std::optional<std::uint64_t> DwarfUnits::entry_at(const CodeRanges& ranges, std::uint64_t address) {
  const auto after = std::ranges::upper_bound(ranges, address, {}, &CodeRange::begin);
  auto index = static_cast<std::size_t>(after - ranges.begin());
  for (std::size_t step = 0; step < kMaxLookBack && index > 0; ++step) {
    const CodeRange& range = ranges[--index];
    if (address < range.end) {
      return range.entry;
    }
  }
  return std::nullopt;
}

/// Of ranges with one beginning the narrower comes later, so that it is found first.
void DwarfUnits::sort(CodeRanges& ranges) {
  std::ranges::sort(ranges, [](const CodeRange& left, const CodeRange& right) {
    return std::tuple(left.begin, right.end, left.entry) <
           std::tuple(right.begin, left.end, right.entry);
  });
  ranges.shrink_to_fit();
}

void DwarfUnits::add_ranges(Dwarf_Die& entry, CodeRanges& ranges) {
  Dwarf_Addr base = 0;
  Dwarf_Addr begin = 0;
  Dwarf_Addr end = 0;
  std::ptrdiff_t next = 0;
  for (std::size_t count = 0; count < kMaxRangesOfEntry; ++count) {
    next = ::dwarf_ranges(&entry, next, &base, &begin, &end);
    if (next <= 0) {
      return;
    }
    // Code that the linker threw away is left at address 0 or 1.
    if (begin > 1 && begin < end) {
      ranges.push_back({.begin = begin, .end = end, .entry = ::dwarf_dieoffset(&entry)});
    }
  }
}

std::optional<Dwarf_Die> DwarfUnits::unit_told_by_aranges(std::uint64_t address) {
  Dwarf_Aranges* table = nullptr;
  std::size_t count = 0;
  if (::dwarf_getaranges(dwarf_, &table, &count) != 0) {
    return std::nullopt;
  }
  Dwarf_Die unit{};
  Dwarf_Off offset = 0;
  Dwarf_Arange* const range = ::dwarf_getarange_addr(table, address);
  const bool known = range != nullptr &&
                     ::dwarf_getarangeinfo(range, nullptr, nullptr, &offset) == 0 &&
                     ::dwarf_offdie(dwarf_, offset, &unit) != nullptr;
  return known ? std::optional(unit) : std::nullopt;
}

void DwarfUnits::read_all_units() {
  units_.emplace();
  Dwarf_CU* unit = nullptr;
  Dwarf_Die entry{};
  // Asking for the entry of a split unit too would make libdw open the file that has it.
  while (units_->size() < kMaxUnitRanges &&
         ::dwarf_get_units(dwarf_, unit, &unit, nullptr, nullptr, &entry, nullptr) == 0) {
    add_ranges(entry, *units_);
  }
  sort(*units_);
}

std::optional<Dwarf_Die> DwarfUnits::unit_at(std::uint64_t address) {
  if (auto unit = unit_told_by_aranges(address)) {
    return unit;
  }
  if (!units_) {
    read_all_units();
  }
  Dwarf_Die unit{};
  const auto offset = entry_at(*units_, address);
  return offset && ::dwarf_offdie(dwarf_, *offset, &unit) != nullptr ? std::optional(unit)
                                                                     : std::nullopt;
}

DwarfUnits::Place DwarfUnits::inside(Dwarf_Die& entry, const Place& place) {
  Place next = place;
  ++next.depth;
  if (::dwarf_tag(&entry) == DW_TAG_namespace && scopes_.size() < kMaxScopes) {
    const char* name = ::dwarf_diename(&entry);
    const std::string own = name == nullptr ? "(anonymous namespace)" : name;
    if (scopes_[place.scope].size() + own.size() < kMaxScopeBytes) {
      scopes_.push_back(scopes_[place.scope] + own + "::");
      next.scope = static_cast<std::uint32_t>(scopes_.size() - 1);
    }
  }
  return next;
}

void DwarfUnits::add_functions_below(Dwarf_Die& parent, const Place& place, CodeRanges& ranges) {
  Dwarf_Die entry{};
  if (place.depth > kMaxDepth || ::dwarf_child(&parent, &entry) != 0) {
    return;
  }
  do {
    const int tag = ::dwarf_tag(&entry);
    if (tag == DW_TAG_subprogram) {
      add_ranges(entry, ranges);
      if (place.scope != 0 && ::dwarf_hasattr(&entry, DW_AT_linkage_name) == 0) {
        scope_of_.emplace(::dwarf_dieoffset(&entry), place.scope);
      }
    }
    const bool descend =
        is_namespace_like(tag) ||
        (place.in_types && (is_type_with_functions(tag) || tag == DW_TAG_subprogram));
    if (descend) {
      add_functions_below(entry, inside(entry, place), ranges);
    }
  } while (ranges.size() + scope_of_.size() < kMaxFunctionRanges &&
           ::dwarf_siblingof(&entry, &entry) == 0);
}

std::string DwarfUnits::namespaces_of(Dwarf_Die function) const {
  for (unsigned step = 0; step < kMaxDepth; ++step) {
    const auto known = scope_of_.find(::dwarf_dieoffset(&function));
    if (known != scope_of_.end()) {
      return scopes_[known->second];
    }
    Dwarf_Attribute origin{};
    Dwarf_Die next{};
    const bool more = ::dwarf_attr(&function, DW_AT_abstract_origin, &origin) != nullptr ||
                      ::dwarf_attr(&function, DW_AT_specification, &origin) != nullptr;
    if (!more || ::dwarf_formref_die(&origin, &next) == nullptr) {
      break;
    }
    function = next;
  }
  return {};
}

std::optional<Dwarf_Die> DwarfUnits::function_at(Dwarf_Die& unit, std::uint64_t address) {
  const std::uint64_t unit_offset = ::dwarf_dieoffset(&unit);
  auto known = functions_.find(unit_offset);
  if (known == functions_.end()) {
    if (kept_ + scope_of_.size() > kMaxFunctionRanges / 2) {
      functions_.clear();
      scopes_.resize(1);
      scope_of_.clear();
      kept_ = 0;
    }
    CodeRanges ranges;
    // Compilers of C and C++ repeat outside of types and functions what has code.
    const bool in_types = language_of(unit) == DW_LANG_Rust;
    add_functions_below(unit, {.in_types = in_types, .depth = 0, .scope = 0}, ranges);
    sort(ranges);
    kept_ = kept_ + ranges.size() + 1;
    known = functions_.emplace(unit_offset, std::move(ranges)).first;
  }
  Dwarf_Die function{};
  const auto offset = entry_at(known->second, address);
  return offset && ::dwarf_offdie(dwarf_, *offset, &function) != nullptr ? std::optional(function)
                                                                         : std::nullopt;
}

}  // namespace culprit
