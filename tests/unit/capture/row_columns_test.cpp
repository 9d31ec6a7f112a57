// SPDX-License-Identifier: Apache-2.0
// A member that an observation gains and a recording does not keep would make a replay tell another
// story than the run did.
#include "capture/row_columns.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>
#include <utility>

namespace culprit {
namespace {

struct Anything {
  template <typename Value>
  operator Value() const;  // never defined: only asked whether it could be
};

template <std::size_t>
using AnythingOf = Anything;

template <typename Row, std::size_t... Indices>
constexpr bool takes(std::index_sequence<Indices...> /*members*/) {
  return requires {
    Row{AnythingOf<Indices>{}...};
  };
}

/// The largest number of initialisers that an aggregate takes: that of its members.
template <typename Row, std::size_t Most = 40>
constexpr std::size_t members() {
  if constexpr (Most == 0 || takes<Row>(std::make_index_sequence<Most>())) {
    return Most;
  } else {
    return members<Row, Most - 1>();
  }
}

template <typename Row>
std::size_t kept() {
  std::size_t count = 0;
  const auto visit = [&count](std::string_view /*name*/, const auto& /*value*/) { ++count; };
  const Row row;
  columns(visit, row);
  return count;
}

/// Members that are kept as several columns, one for each of their own members.
template <typename... Spread>
constexpr std::size_t spread() {
  return (0 + ... + (members<Spread>() - 1));
}

TEST(RowColumns, KeepEveryMember) {
  EXPECT_EQ(kept<CpuSample>(), members<CpuSample>() + spread<ThreadProgress>());
  EXPECT_EQ(kept<Task>(), members<Task>() + spread<ProcessKey>());
  EXPECT_EQ(kept<HookCoverage>(), members<HookCoverage>());
  EXPECT_EQ(kept<SyscallCount>(), members<SyscallCount>());
  EXPECT_EQ(kept<ConnectCount>(), members<ConnectCount>() + spread<Endpoint>());
  EXPECT_EQ(kept<ExchangeCount>(), members<ExchangeCount>() + spread<Endpoint>());
  EXPECT_EQ(kept<WriteCount>(), members<WriteCount>());
  EXPECT_EQ(kept<ProcessEvent>(), members<ProcessEvent>());
  EXPECT_EQ(kept<CgroupEvent>(), members<CgroupEvent>());
  EXPECT_EQ(kept<ExecutableMapping>(), members<ExecutableMapping>());
  EXPECT_EQ(kept<HostUsage>(), members<HostUsage>() + spread<CpuTimes>());
  EXPECT_EQ(kept<CgroupUsage>(), members<CgroupUsage>());
  EXPECT_EQ(kept<ListenQueue>(), members<ListenQueue>());
  EXPECT_EQ(kept<LossCount>(), members<LossCount>());
  EXPECT_EQ(kept<CallWatch>(), members<CallWatch>() + spread<ProcessKey>());
  EXPECT_EQ(kept<SamplerTicks>(), members<SamplerTicks>());
  EXPECT_EQ(kept<ResolvedFrame>(), members<ResolvedFrame>());
  EXPECT_EQ(kept<Container>(), members<Container>());
  EXPECT_EQ(kept<ProcessFacts>(), members<ProcessFacts>() + spread<ProcessKey>());
}

}  // namespace
}  // namespace culprit
