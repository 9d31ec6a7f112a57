// SPDX-License-Identifier: Apache-2.0
#include "aggregation/special_frames.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

ResolvedFrame kernel_frame(std::string_view function) {
  ResolvedFrame frame = special_frame(function);
  frame.kind = FrameKind::Kernel;
  frame.module = "[kernel]";
  return frame;
}

TEST(SpecialFrames, TellAddressesFromNames) {
  EXPECT_TRUE(is_unresolved(special_frame("[app+0x1f]")));
  EXPECT_TRUE(is_unresolved(special_frame("[0x7f31]")));
  EXPECT_FALSE(is_unresolved(special_frame("main")));
  EXPECT_FALSE(is_unresolved(special_frame(kUnknownStackFrame)));
  EXPECT_FALSE(is_unresolved(special_frame("")));
}

TEST(SpecialFrames, KnowWhereSoftInterruptsRun) {
  EXPECT_TRUE(serves_softirq(kernel_frame("__do_softirq")));
  EXPECT_TRUE(serves_softirq(kernel_frame("handle_softirqs.isra.0")));
  EXPECT_FALSE(serves_softirq(kernel_frame("do_syscall_64")));
}

TEST(SpecialFrames, DoNotBelieveAProgramThatNamesAFunctionLikeTheKernel) {
  EXPECT_FALSE(serves_softirq(special_frame("__do_softirq")));
  EXPECT_FALSE(enters_interrupt(special_frame("asm_sysvec_apic_timer_interrupt")));
}

TEST(SpecialFrames, KnowWhereInterruptsBegin) {
  EXPECT_TRUE(enters_interrupt(kernel_frame("asm_sysvec_apic_timer_interrupt")));
  EXPECT_TRUE(enters_interrupt(kernel_frame("__local_bh_enable_ip")));
  EXPECT_FALSE(enters_interrupt(kernel_frame("asm_exc_page_fault")));
}

TEST(SpecialFrames, NameAProcessWithoutAName) {
  EXPECT_EQ(process_frame("").function, "[unknown process]");
  EXPECT_EQ(process_frame("redis").module, kProcessModule);
}

TEST(Runtimes, AreKnownByTheirExecutable) {
  EXPECT_EQ(runtime_of_executable("/usr/bin/python3.11"), "python");
  EXPECT_EQ(runtime_of_executable("/usr/local/bin/node"), "node");
  EXPECT_EQ(runtime_of_executable("/opt/jdk/bin/java"), "java");
  EXPECT_EQ(runtime_of_executable("/usr/bin/nodesource"), "");
  EXPECT_EQ(runtime_of_executable(""), "");
}

TEST(Runtimes, AreKnownByTheirFrames) {
  EXPECT_EQ(runtime_of_frame(special_frame("runtime.goexit.abi0")), "go");
  ResolvedFrame frame = special_frame("handler");
  EXPECT_EQ(runtime_of_frame(frame), "");
  frame.kind = FrameKind::JavaScript;
  EXPECT_EQ(runtime_of_frame(frame), "node");
}

}  // namespace
}  // namespace culprit
