// SPDX-License-Identifier: Apache-2.0
#include "unwinding/unwind_table.h"

#include <sys/auxv.h>

#include <algorithm>
#include <cstring>
#include <iterator>

namespace culprit {
namespace {

/// Files choose their rules: a hash that can be foreseen could be made slow. The kernel gives each
/// process random bytes when it starts, so no system call is needed here.
std::uint64_t hash_seed() {
  static const std::uint64_t kSeed = [] {
    std::uint64_t seed = 0;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel hands the address over as a number
    if (const auto* const random = reinterpret_cast<const void*>(::getauxval(AT_RANDOM))) {
      std::memcpy(&seed, random, sizeof seed);
    }
    return seed;
  }();
  return kSeed;
}

}  // namespace

bool same_rule(const UnwindRule& left, const UnwindRule& right) {
  return left.cfa == right.cfa && left.frame_pointer == right.frame_pointer &&
         left.return_address == right.return_address && left.leaf_register == right.leaf_register &&
         left.cfa_offset == right.cfa_offset &&
         left.frame_pointer_offset == right.frame_pointer_offset && left.extra == right.extra;
}

std::size_t HashOfRule::operator()(const UnwindRule& rule) const noexcept {
  const auto wide = [](auto value) { return static_cast<std::uint64_t>(value); };
  const std::uint64_t kinds = wide(rule.cfa) | wide(rule.frame_pointer) << 8U |
                              wide(rule.return_address) << 16U | wide(rule.leaf_register) << 24U;
  std::uint64_t hash = (hash_seed() ^ kinds) * 0x9E3779B97F4A7C15ULL;
  for (const std::int32_t part : {rule.cfa_offset, rule.frame_pointer_offset, rule.extra}) {
    hash = (hash ^ wide(part)) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29U;
  }
  return hash;
}

const UnwindRule& UnwindTable::rule_at(std::uint64_t address) const {
  static const UnwindRule kNoRow{};
  if (rows.empty() || address < lowest_address) {
    return kNoRow;
  }
  const std::uint64_t relative = address - lowest_address;
  const auto after = std::ranges::upper_bound(rows, relative, {}, &UnwindRow::address);
  return after == rows.begin() ? kNoRow : rules[std::prev(after)->rule];
}

}  // namespace culprit
