// SPDX-License-Identifier: Apache-2.0
#include "symbols/kernel_symbols.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace culprit {
namespace {

constexpr std::string_view kText =
    "ffffffff81000000 T _stext\n"
    "ffffffff81000000 T startup_64\n"
    "ffffffff81000100 t handle_softirqs\n"
    "ffffffff81000200 W weak_name\n"
    "ffffffff81000200 T strong_name\n"
    "ffffffff82000000 R some_data\n"
    "ffffffff82000100 d more_data\n"
    "not a line\n"
    "ffffffffc0000000 t nft_do_chain\t[nf_tables]\n"
    "ffffffffc0001000 t bpf_prog_6deef7357e7b4530_on_tick\t[bpf]\n";

std::string name_at(const KernelSymbols& symbols, std::uint64_t address) {
  const auto symbol = symbols.find(InstructionAddress(address));
  return symbol ? std::string(symbol->function) + " " + std::string(symbol->module) : "none";
}

TEST(KernelSymbols, FindsFunctionsWithTheirModules) {
  const auto symbols = KernelSymbols::parse(kText);
  ASSERT_TRUE(symbols);
  EXPECT_EQ(name_at(*symbols, 0xffffffff81000000), "startup_64 [kernel]");
  EXPECT_EQ(name_at(*symbols, 0xffffffff81000123), "handle_softirqs [kernel]");
  EXPECT_EQ(name_at(*symbols, 0xffffffff81000200), "strong_name [kernel]");
  EXPECT_EQ(name_at(*symbols, 0xffffffffc0000010), "nft_do_chain [nf_tables]");
  EXPECT_EQ(name_at(*symbols, 0xffffffffc0001010), "bpf_prog_6deef7357e7b4530_on_tick [bpf]");
}

TEST(KernelSymbols, FindsNothingInDataAndOutside) {
  const auto symbols = KernelSymbols::parse(kText);
  ASSERT_TRUE(symbols);
  EXPECT_EQ(name_at(*symbols, 0xffffffff82000050), "none");
  EXPECT_EQ(name_at(*symbols, 0xffffffff80000000), "none");
  EXPECT_EQ(name_at(*symbols, 0xffffffffd0000000), "none");
}

TEST(KernelSymbols, SaysWhenTheKernelHidesItsAddresses) {
  const auto symbols = KernelSymbols::parse("0000000000000000 T _stext\n0000000000000000 t f\n");
  ASSERT_FALSE(symbols);
  EXPECT_NE(symbols.error().message().find("kptr_restrict"), std::string::npos);
  EXPECT_FALSE(KernelSymbols::parse(""));
  EXPECT_FALSE(KernelSymbols::read("/nonexistent/kallsyms"));
}

TEST(KernelSymbols, KnowsTheFunctionsThatServeSoftInterrupts) {
  EXPECT_TRUE(serves_soft_interrupts("handle_softirqs"));
  EXPECT_TRUE(serves_soft_interrupts("__do_softirq"));
  EXPECT_TRUE(serves_soft_interrupts("handle_softirqs.cold"));
  EXPECT_FALSE(serves_soft_interrupts("do_syscall_64"));
}

TEST(KernelSymbols, ReadsTheRunningKernel) {
  const auto symbols = KernelSymbols::read();
  if (::geteuid() != 0) {
    GTEST_SKIP() << "addresses are shown to root only";
  }
  ASSERT_TRUE(symbols) << symbols.error().message();
  EXPECT_GT(symbols->size(), 10000U);
}

}  // namespace
}  // namespace culprit
