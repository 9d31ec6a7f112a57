// SPDX-License-Identifier: Apache-2.0
// This test's own stack, copied where it is deep, in a signal handler, below a callback of libc.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <link.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX's
#include <ucontext.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

#include "unit/symbols/test_files.h"
#include "unit/unwinding/call_chain.h"
#include "unwinding/build_table.h"
#include "unwinding/copied_stack.h"

namespace culprit {
namespace {

using testing::Contains;
using testing::IsSupersetOf;

constexpr std::size_t kMaxCopy = std::size_t{256} << 10U;

/// A copy that owns its bytes.
struct OwnCopy {
  CopiedStack stack;
  std::vector<std::byte> bytes;
};

OwnCopy& the_copy() {
  static OwnCopy copy;
  return copy;
}

/// Where the stack that holds this address ends, so that nothing behind it is read.
std::uint64_t stack_end() {
  pthread_attr_t attributes;
  void* lowest = nullptr;
  std::size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<std::uint64_t>(lowest) + size;
}

__attribute__((no_sanitize("address"))) void copy_words(const std::uint64_t* from,
                                                        std::uint64_t* to, std::size_t words) {
  for (std::size_t index = 0; index < words; ++index) {
    to[index] = from[index];
  }
}

/// Registers as getcontext or the kernel left them; the stack from the stack pointer up.
void keep(const ucontext_t& context) {
  constexpr std::array<int, kUnwindRegisters> kPlaces = {
      REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
      REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  OwnCopy& copy = the_copy();
  const auto& values = context.uc_mcontext.gregs;
  for (std::size_t index = 0; index < kPlaces.size(); ++index) {
    copy.stack.registers.at(index) = static_cast<std::uint64_t>(values[kPlaces.at(index)]);
  }
  copy.stack.instruction_pointer = static_cast<std::uint64_t>(values[REG_RIP]);
  const std::uint64_t from = copy.stack.registers[7];
  const std::size_t size = std::min<std::size_t>(stack_end() - from, kMaxCopy) & ~std::size_t{7};
  copy.bytes.resize(size);
  copy_words(reinterpret_cast<const std::uint64_t*>(from),
             reinterpret_cast<std::uint64_t*>(copy.bytes.data()), size / 8);
  copy.stack.lowest_address = from;
  copy.stack.bytes = copy.bytes;
}

void keep_here() {
  ucontext_t context;
  getcontext(&context);
  keep(context);
}

/// Tables of what is loaded, made when they are first needed.
class LoadedTables {
 public:
  CodeFacts at(std::uint64_t address) {
    Module* const module = module_of(address);
    if (module == nullptr) {
      return {};
    }
    return {.kind = CodeFacts::Kind::TableRule,
            .rule = module->table.rule_at(address - module->base)};
  }

 private:
  struct Module {
    std::uint64_t base = 0;
    UnwindTable table;
  };

  Module* module_of(std::uint64_t address) {
    Dl_info info{};
    link_map* map = nullptr;
    if (dladdr1(reinterpret_cast<void*>(address), &info, reinterpret_cast<void**>(&map),
                RTLD_DL_LINKMAP) == 0) {
      return nullptr;
    }
    const bool main_program = map->l_name == nullptr || map->l_name[0] == '\0';
    const std::string path = main_program ? "/proc/self/exe" : map->l_name;
    if (!modules_.contains(path)) {
      const UniqueFd file = test::open_for_reading(path);
      auto table = build_unwind_table(ByteSource::of_descriptor(file.get()));
      modules_[path] = {.base = map->l_addr, .table = std::move(table).value_or(UnwindTable{})};
    }
    return &modules_[path];
  }

  std::map<std::string, Module> modules_;
};

std::vector<std::string> unwound_names(StackEnd* end) {
  LoadedTables tables;
  const RawStack stack = unwind_copied_stack(
      the_copy().stack, [&](std::uint64_t address) { return tables.at(address); });
  *end = stack.end;
  std::vector<std::string> names;
  for (const RawFrame& frame : stack.frames) {
    Dl_info info{};
    dladdr(reinterpret_cast<void*>(frame.address.value() - (frame.exact ? 0 : 1)), &info);
    names.emplace_back(info.dli_sname == nullptr ? "?" : info.dli_sname);
  }
  return names;
}

std::vector<std::string> expected_chain() {
  return {"culprit_chain_realigned", "culprit_chain_variable", "culprit_chain_saving",
          "culprit_chain_large", "culprit_chain_outer"};
}

TEST(OwnStack, IsUnwoundThroughFunctionsWithoutFramePointers) {
  culprit_chain_outer(7, &keep_here);
  StackEnd end{};
  const auto names = unwound_names(&end);
  EXPECT_EQ(end, StackEnd::Complete) << testing::PrintToString(names);
  EXPECT_THAT(names, IsSupersetOf(expected_chain()));
  EXPECT_THAT(names, Contains("main"));
}

TEST(OwnStack, IsUnwoundThroughASignalHandler) {
  struct sigaction action {};
  action.sa_sigaction = [](int, siginfo_t*, void*) { keep_here(); };
  action.sa_flags = SA_SIGINFO;
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  culprit_chain_outer(7, [] { raise(SIGUSR1); });
  sigaction(SIGUSR1, &before, nullptr);
  StackEnd end{};
  const auto names = unwound_names(&end);
  EXPECT_EQ(end, StackEnd::Complete) << testing::PrintToString(names);
  EXPECT_THAT(names, IsSupersetOf(expected_chain()));
  EXPECT_THAT(names, Contains("gsignal"));
}

TEST(OwnStack, IsUnwoundFromWhereASignalInterrupted) {
  struct sigaction action {};
  action.sa_sigaction = [](int, siginfo_t*, void* context) {
    keep(*static_cast<const ucontext_t*>(context));
  };
  action.sa_flags = SA_SIGINFO;
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  culprit_chain_outer(7, [] { raise(SIGUSR1); });
  sigaction(SIGUSR1, &before, nullptr);
  StackEnd end{};
  const auto names = unwound_names(&end);
  EXPECT_EQ(end, StackEnd::Complete) << testing::PrintToString(names);
  EXPECT_THAT(names, IsSupersetOf(expected_chain()));
}

int compare_and_keep(const void* left, const void* right) {
  culprit_chain_outer(3, &keep_here);
  return *static_cast<const int*>(left) - *static_cast<const int*>(right);
}

TEST(OwnStack, IsUnwoundThroughACallbackOfLibc) {
  std::array<int, 4> numbers = {4, 2, 3, 1};
  std::qsort(numbers.data(), numbers.size(), sizeof(int), &compare_and_keep);
  StackEnd end{};
  auto names = unwound_names(&end);
  EXPECT_EQ(end, StackEnd::Complete) << testing::PrintToString(names);
  EXPECT_THAT(names, IsSupersetOf(expected_chain()));
  EXPECT_TRUE(std::ranges::any_of(names, [](const std::string& name) {
    return name.find("qsort") != std::string::npos;
  })) << testing::PrintToString(names);
  EXPECT_THAT(names, Contains("main"));
}

TEST(OwnStack, CutShortSaysSo) {
  culprit_chain_outer(7, &keep_here);
  the_copy().stack.bytes = the_copy().stack.bytes.first(64);
  StackEnd end{};
  unwound_names(&end);
  EXPECT_EQ(end, StackEnd::CopyTooShort);
}

}  // namespace
}  // namespace culprit
