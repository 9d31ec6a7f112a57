// SPDX-License-Identifier: Apache-2.0
#include "symbols/demangle.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(Demangle, WritesCppNamesWithoutParameters) {
  EXPECT_EQ(demangled("_ZN4shop14normalize_tagsEi"), "shop::normalize_tags");
  EXPECT_EQ(demangled("_ZNSt6vectorIiSaIiEE9push_backERKi"),
            "std::vector<int, std::allocator<int> >::push_back");
  EXPECT_EQ(demangled("_ZN4shop14normalize_tagsEi.cold"), "shop::normalize_tags");
}

TEST(Demangle, WritesBothSchemesOfRustWithoutHashes) {
  EXPECT_EQ(demangled("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE"),
            "core::fmt::Formatter::pad");
  EXPECT_EQ(demangled("_RNvCs1234_7mycrate3foo"), "mycrate::foo");
  EXPECT_EQ(demangled("_RNvNtCs1234_7mycrate3foo3bar"), "mycrate::foo::bar");
}

TEST(Demangle, LeavesOtherNamesAlone) {
  EXPECT_EQ(demangled("main"), "main");
  EXPECT_EQ(demangled("main.main"), "main.main");
  EXPECT_EQ(demangled("$s4main3fooyyF"), "$s4main3fooyyF");
  EXPECT_EQ(demangled("_Zebra"), "_Zebra");
  EXPECT_EQ(demangled(""), "");
}

TEST(Demangle, CutsSymbolVersions) {
  EXPECT_EQ(demangled("memcpy@@GLIBC_2.14"), "memcpy");
  EXPECT_EQ(demangled("pthread_create@GLIBC_2.2.5"), "pthread_create");
  EXPECT_EQ(demangled("@odd"), "@odd");
}

TEST(Demangle, BoundsWhatAHostileNameCanCost) {
  EXPECT_EQ(demangled("_Z" + std::string(100000, 'P')).size(), 4096U);
  const std::string deep = "_Z1f" + std::string(2000, 'P') + "i";
  EXPECT_LE(demangled(deep).size(), 4096U);
  // Each substitution doubles the name.
  std::string doubling = "_Z1fI1AE";
  for (int step = 0; step < 30; ++step) {
    doubling += "St4pairIS" + std::string(1, static_cast<char>('0' + step % 10)) + "_S_E";
  }
  EXPECT_LE(demangled(doubling).size(), 4096U);
}

}  // namespace
}  // namespace culprit
