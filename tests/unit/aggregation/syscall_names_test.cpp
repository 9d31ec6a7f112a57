// SPDX-License-Identifier: Apache-2.0
#include "aggregation/syscall_names.h"

#include <gtest/gtest.h>

#include <limits>

namespace culprit {
namespace {

#if defined(__x86_64__)
TEST(SyscallNames, NamesCallsOfThe64BitTable) {
  SyscallNames names;
  EXPECT_EQ(names.name(0, /*compat=*/false), "read");
  EXPECT_EQ(names.name(232, /*compat=*/false), "epoll_wait");
}

TEST(SyscallNames, NamesCallsOfThe32BitTable) {
  SyscallNames names;
  EXPECT_EQ(names.name(0, /*compat=*/true), "restart_syscall");
  EXPECT_EQ(names.name(4, /*compat=*/true), "write");
}
#endif

TEST(SyscallNames, ShowsTheNumberOfUnknownCalls) {
  SyscallNames names;
  EXPECT_EQ(names.name(100'000, /*compat=*/false), "syscall_100000");
  EXPECT_EQ(names.name(std::numeric_limits<std::uint32_t>::max(), /*compat=*/true),
            "syscall_4294967295");
}

}  // namespace
}  // namespace culprit
