// SPDX-License-Identifier: Apache-2.0
#include "symbols/go_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/symbols/go_table_builder.h"

namespace culprit {
namespace {

std::vector<test::BuiltGoFunction> some_functions() {
  return {{.name = "main.main", .file = "/src/main.go", .line = 7},
          {.name = "main.(*Basket).add", .file = "/src/basket.go", .line = 300},
          {.name = "runtime.goexit", .file = "/go/asm.s", .line = 12}};
}

class GoTables : public testing::TestWithParam<GoVersion> {
 protected:
  static std::vector<AnsweredFrame> frames_at(const std::vector<std::byte>& bytes,
                                              std::uint64_t address) {
    const auto source = ByteSource::of_memory(bytes);
    const auto layout = read_go_layout(source, 0, bytes.size());
    EXPECT_TRUE(layout) << layout.error().message();
    return layout ? GoTable(source, *layout, 0).frames_at(address, /*inlines=*/true)
                  : std::vector<AnsweredFrame>();
  }
};

TEST_P(GoTables, TellFunctionFileAndLine) {
  const auto bytes = test::GoTableBuilder(GetParam()).build(some_functions());
  const auto functions = some_functions();
  for (std::size_t index = 0; index < functions.size(); ++index) {
    const auto& function = functions[index];
    const std::uint64_t address = test::kGoText + index * test::kGoFunctionBytes;
    for (const auto& [offset, line] : {std::pair(0U, 0U), {31U, 0U}, {32U, 1U}, {63U, 1U}}) {
      const auto frames = frames_at(bytes, address + offset);
      ASSERT_EQ(frames.size(), 1U);
      EXPECT_EQ(frames[0].function, function.name);
      EXPECT_EQ(frames[0].file, function.file);
      EXPECT_EQ(frames[0].line, function.line + line);
    }
  }
  EXPECT_TRUE(frames_at(bytes, test::kGoText - 1).empty());
  EXPECT_TRUE(frames_at(bytes, test::kGoText + 3 * test::kGoFunctionBytes).empty());
}

TEST_P(GoTables, SurviveEveryTruncation) {
  const auto bytes = test::GoTableBuilder(GetParam()).build(some_functions());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto source = ByteSource::of_memory(std::span(bytes).first(length));
    if (const auto layout = read_go_layout(source, 0, length)) {
      (void)GoTable(source, *layout, 0).frames_at(test::kGoText + 40, /*inlines=*/true);
    }
  }
}

TEST_P(GoTables, SurviveEveryBytesBeingWrong) {
  auto bytes = test::GoTableBuilder(GetParam()).build(some_functions());
  for (std::byte& byte : bytes) {
    for (const std::byte wrong : {std::byte{0xFF}, std::byte{0x80}, std::byte{0}}) {
      const std::byte right = std::exchange(byte, wrong);
      const auto source = ByteSource::of_memory(bytes);
      if (const auto layout = read_go_layout(source, 0, bytes.size())) {
        for (const std::uint64_t at : {0U, 70U, 140U}) {
          (void)GoTable(source, *layout, 0).frames_at(test::kGoText + at, /*inlines=*/true);
        }
      }
      byte = right;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoTables,
                         testing::Values(GoVersion::Go12, GoVersion::Go116, GoVersion::Go118,
                                         GoVersion::Go120),
                         [](const auto& tested) {
                           return "layout" + std::to_string(static_cast<int>(tested.param));
                         });

}  // namespace
}  // namespace culprit
