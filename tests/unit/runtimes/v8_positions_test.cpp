// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_positions.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace culprit {
namespace {

/// As V8 keeps numbers: seven bits a byte, the sign in the lowest bit.
void put(std::vector<std::uint8_t>& table, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) {
    table.push_back(static_cast<std::uint8_t>(number | 0x80U));
  }
  table.push_back(static_cast<std::uint8_t>(number));
}

std::uint64_t with_sign_bit(std::int64_t number) {
  return static_cast<std::uint64_t>(number) << 1U ^ static_cast<std::uint64_t>(number >> 63U);
}

std::uint64_t packed(std::int64_t offset, std::int64_t inlining = -1) {
  return static_cast<std::uint64_t>(inlining + 1) << 31U | static_cast<std::uint64_t>(offset + 1)
                                                               << 1U;
}

V8Layout layout(std::int32_t begin, std::int32_t flag_bits) {
  V8Layout result;
  result.positions_begin = begin;
  result.positions_flag_bits = flag_bits;
  return result;
}

TEST(V8Positions, AreDifferencesWithASign) {
  std::vector<std::uint8_t> table;
  put(table, with_sign_bit(1));  // a statement at 0: differences count from -1
  put(table, with_sign_bit(static_cast<std::int64_t>(packed(1776))));
  put(table, with_sign_bit(-5));  // an expression, 4 further
  put(table, with_sign_bit(static_cast<std::int64_t>(packed(1784) - packed(1776))));
  const auto entries = source_positions(table, layout(-1, 0));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].code_offset, 0);
  EXPECT_EQ(entries[0].position, (V8Position{.offset = 1776, .inlining = -1}));
  EXPECT_EQ(entries[1].code_offset, 4);
  EXPECT_EQ(entries[1].position.offset, 1784);
}

TEST(V8Positions, HaveFlagsBelowTheDifferenceSince14) {
  std::vector<std::uint8_t> table;
  put(table, 1U << 2U | 3U);
  put(table, with_sign_bit(static_cast<std::int64_t>(packed(10))));
  put(table, 200U << 2U | 2U);
  put(table, with_sign_bit(static_cast<std::int64_t>(packed(4) - packed(10))));
  const auto entries = source_positions(table, layout(-1, 2));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].code_offset, 0);
  EXPECT_EQ(entries[1].code_offset, 200);
  EXPECT_EQ(entries[1].position.offset, 4);
}

TEST(V8Positions, TellTheCallThatWasInlined) {
  EXPECT_EQ(V8Position::unpack(packed(7, 3)), (V8Position{.offset = 7, .inlining = 3}));
  EXPECT_EQ(V8Position::unpack(0), std::nullopt);
  EXPECT_EQ(V8Position::unpack(packed(7) | 1U), std::nullopt);  // of no script
}

TEST(V8Positions, EndWhereBytesMakeNoSense) {
  EXPECT_TRUE(source_positions({}, layout(0, 0)).empty());
  const std::vector<std::uint8_t> cut{0x80, 0x80};
  EXPECT_TRUE(source_positions(cut, layout(0, 0)).empty());
  const std::vector<std::uint8_t> endless(64, 0xFF);
  EXPECT_TRUE(source_positions(endless, layout(0, 2)).empty());
}

/// Bytecode 5 has 2 bytes, 3 with wide operands; 6 has one.
V8BytecodeSizes sizes() {
  V8BytecodeSizes result{.count = 8, .bytes = {}};
  result.bytes[0][5] = 2;
  result.bytes[1][5] = 3;
  result.bytes[0][6] = 1;
  return result;
}

TEST(V8Baseline, FollowsBytecodesAndTheirCode) {
  const std::vector<std::uint8_t> table{10, 4, 8, 200, 1};  // prologue, then each bytecode
  const std::vector<std::uint8_t> bytecodes{5, 0, 0, 5, 0, 0, 6};
  EXPECT_EQ(baseline_bytecode(table, bytecodes, sizes(), 3, false), 0);
  EXPECT_EQ(baseline_bytecode(table, bytecodes, sizes(), 13, false), 0);
  EXPECT_EQ(baseline_bytecode(table, bytecodes, sizes(), 14, false), 2);  // with its prefix
  EXPECT_EQ(baseline_bytecode(table, bytecodes, sizes(), 14, true), 0);   // behind its call
  EXPECT_EQ(baseline_bytecode(table, bytecodes, sizes(), 22, false), 6);
  EXPECT_EQ(baseline_bytecode(table, bytecodes, sizes(), 22 + 200, false), std::nullopt);
}

TEST(V8Baseline, RefusesBytecodesThatItDoesNotKnow) {
  const std::vector<std::uint8_t> table{0, 4, 4};
  EXPECT_EQ(baseline_bytecode(table, std::vector<std::uint8_t>{7, 7}, sizes(), 1, false),
            std::nullopt);
  EXPECT_EQ(baseline_bytecode(table, std::vector<std::uint8_t>{200}, sizes(), 1, false),
            std::nullopt);
  EXPECT_EQ(baseline_bytecode(table, std::vector<std::uint8_t>{0}, sizes(), 1, false),
            std::nullopt);
}

}  // namespace
}  // namespace culprit
