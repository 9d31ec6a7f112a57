// SPDX-License-Identifier: Apache-2.0
#include "capture/stack_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "unit/capture/recorded_run.h"

namespace culprit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

StackText text_of(const std::vector<std::string>& lines) {
  StackText text;
  for (const std::string& line : lines) {
    text.add_line(line);
  }
  text.finish();
  return text;
}

std::vector<std::string> paths_of(const StackText& text) {
  return folded(text.calls(), text.frames());
}

TEST(FoldedText, AddsEqualPaths) {
  const StackText text = text_of({"app;main;work 3", "app;main;work 4", "app;main;read_[k] 2"});
  EXPECT_THAT(paths_of(text), ElementsAre("app;main;read 2", "app;main;work 7"));
}

TEST(FoldedText, KeepsNamesWithBlanksAndTellsTheKernel) {
  const StackText text = text_of({"std::map<int, int>::find(int) const;memcpy_[k] 5"});
  EXPECT_THAT(paths_of(text), ElementsAre("std::map<int, int>::find(int) const;memcpy 5"));
  EXPECT_EQ(text.frames().at(FrameId(1)).kind, FrameKind::Kernel);
}

TEST(FoldedText, CountsWhatIsNoStack) {
  const StackText text = text_of({"a;b 1", "nonsense", "# comment", "a;b many", ""});
  EXPECT_EQ(text.unread_lines(), 2U);
  EXPECT_EQ(text.stacks(), 1U);
}

TEST(PerfScriptText, TurnsStacksRoundAndNamesTheProcess) {
  const StackText text = text_of({
      "# captured on: today",
      "node  5214/5220 [001] 12345.678901:  10101010 cpu-clock:u: ",
      "\t    55d0c0de1234 parse(char const*)+0x1f (/usr/bin/node)",
      "\t    7f0000001234 main+0x20 (/usr/bin/node)",
      "",
      "node  5214/5220 [001] 12345.688901:  10101010 cpu-clock:u: ",
      "\tffffffff81000010 do_syscall_64+0x5c ([kernel.kallsyms])",
      "\t    7f0000001234 main+0x20 (/usr/bin/node)",
      "",
  });
  EXPECT_THAT(paths_of(text),
              ElementsAre("node;main;do_syscall_64 1", "node;main;parse(char const*) 1"));
  EXPECT_EQ(text.unread_lines(), 0U);
}

TEST(PerfScriptText, TakesCommsWithBlanksAndTheLastStackWithoutAnEnd) {
  const StackText text = text_of({
      "  Web Content 77 12.5: cycles:",
      "\t1234 [unknown] (/usr/lib/libxul.so)",
  });
  EXPECT_THAT(paths_of(text), ElementsAre("Web Content;[libxul.so] 1"));
}

TEST(PerfScriptText, CountsSamplesWithoutStacks) {
  const StackText text =
      text_of({"swapper 0 [000] 1.0: 1 cycles:", "", "swapper 0 [000] 1.1: 1 cycles:"});
  EXPECT_THAT(paths_of(text), ElementsAre("swapper 2"));
}

TEST(StackTextFile, IsReadWholeWithLinesLongerThanAChunk) {
  const TestFolder folder;
  const std::string long_name(3U << 20U, 'x');
  std::ofstream(folder.file("a")) << "first 1\n" << long_name << " 2\nlast 3";
  const auto text = read_stack_text(folder.file("a"));
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(text->stacks(), 3U);
  EXPECT_EQ(text->calls().total(), 6U);
}

TEST(StackTextFile, ThatHoldsNoStackIsToldSo) {
  const TestFolder folder;
  for (const char* content : {"", "<html>\n", "# Title\n\nOf 12 things\nnone is\na stack\n"}) {
    std::ofstream(folder.file("a")) << content;
    const auto text = read_stack_text(folder.file("a"));
    ASSERT_FALSE(text) << content;
    EXPECT_THAT(text.error().message(), HasSubstr("neither a recording"));
  }
}

}  // namespace
}  // namespace culprit
