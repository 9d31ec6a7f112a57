// SPDX-License-Identifier: Apache-2.0
#include "symbols/symbolizer.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "unit/symbols/child_process.h"
#include "unit/symbols/elf_builder.h"
#include "unit/symbols/test_files.h"

extern "C" __attribute__((noinline)) int culprit_test_plain_function(int value) {
  volatile int sum = value;
  return sum + 1;
}

namespace culprit {
namespace named_space {

__attribute__((noinline)) int normalize_tags(int value) {
  volatile int sum = value;
  return sum + 2;
}

}  // namespace named_space

namespace {

using namespace std::chrono_literals;

constexpr AddressSpaceId kSpace{5};
const ProcessKey kSelf{.pid = Pid(static_cast<std::uint32_t>(::getpid())), .start_boottime_ns = 0};

template <typename Function>
std::uint64_t address_of(Function* function) {
  return reinterpret_cast<std::uint64_t>(function);
}

RawFrame a_frame(std::uint64_t address, FrameKind kind = FrameKind::Native, bool exact = true) {
  return {.address = InstructionAddress(address), .kind = kind, .exact = exact};
}

RawStack a_stack(std::vector<RawFrame> frames) {
  return {.hash = StackHash(1), .end = StackEnd::DepthLimit, .frames = std::move(frames)};
}

std::optional<KernelSymbols> a_kernel() {
  return *KernelSymbols::parse(
      "ffffffff81000000 T do_syscall_64\nffffffff81000100 T ksys_read\n"
      "ffffffff81000200 d end\nffffffffc0000000 t nft_do_chain\t[nf_tables]\n"
      "ffffffffc0000100 t other\t[nf_tables]\n");
}

class SymbolizerTest : public testing::Test {
 protected:
  Symbolizer a_symbolizer(const ProcessMaps& maps) {
    auto worker = SymbolWorker::start();
    EXPECT_TRUE(worker);
    worker_ = *std::move(worker);
    return {a_kernel(), &*worker_, maps};
  }

  static ResolvedStack resolve(Symbolizer& symbolizer, const RawStack& stack) {
    const StackOfProcess of_self{.stack = &stack, .process = kSelf, .address_space = kSpace};
    return symbolizer.resolve(std::span(&of_self, 1), 60s).front();
  }

  static ResolvedFrame resolve_frame(Symbolizer& symbolizer, RawFrame frame) {
    return resolve(symbolizer, a_stack({frame})).frames.front();
  }

  std::optional<SymbolWorker> worker_;
};

TEST_F(SymbolizerTest, NamesTheFunctionsOfTheRunningProcess) {
  ProcessMaps maps;
  maps.note_process(kSelf, kSpace);
  Symbolizer symbolizer = a_symbolizer(maps);
  const auto own = resolve_frame(symbolizer, a_frame(address_of(&culprit_test_plain_function) + 1));
  EXPECT_EQ(own.function, "culprit_test_plain_function");
  EXPECT_EQ(own.kind, FrameKind::Native);
  EXPECT_THAT(own.file, testing::EndsWith("symbolizer_test.cpp"));
  EXPECT_GT(own.line, 0U);
  EXPECT_FALSE(own.module.empty());
  EXPECT_EQ(resolve_frame(symbolizer, a_frame(address_of(&named_space::normalize_tags))).function,
            "culprit::named_space::normalize_tags");
  EXPECT_TRUE(symbolizer.unresolved_by_module().empty());
  EXPECT_EQ(worker_->killed(), 0U);
}

TEST_F(SymbolizerTest, AgreesWithTheDynamicLinkerAboutTheCLibrary) {
  ProcessMaps maps;
  maps.note_process(kSelf, kSpace);
  Symbolizer symbolizer = a_symbolizer(maps);
  // Not RTLD_NEXT: a sanitizer's library comes before the C library and has its own versions.
  void* library = ::dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
  ASSERT_NE(library, nullptr);
  for (const char* name : {"qsort", "strtol", "getenv", "fopen"}) {
    const auto address = reinterpret_cast<std::uint64_t>(::dlsym(library, name));
    Dl_info expected{};
    ASSERT_NE(::dladdr(reinterpret_cast<void*>(address), &expected), 0);  // NOLINT
    const auto frame = resolve_frame(symbolizer, a_frame(address + 4));
    // With the C library's debug symbols at hand: its own name, of which the other is a weak alias.
    EXPECT_THAT(frame.function, testing::AnyOf(std::string(name), "__" + std::string(name)));
    EXPECT_THAT(frame.module, testing::StartsWith("libc.so"));
    EXPECT_THAT(expected.dli_fname, testing::EndsWith(frame.module));
  }
  ::dlclose(library);
  EXPECT_EQ(worker_->killed(), 0U);
}

TEST_F(SymbolizerTest, NamesTheVdso) {
  const std::uint64_t base = ::getauxval(AT_SYSINFO_EHDR);
  if (base == 0) {
    GTEST_SKIP() << "no vdso here";
  }
  ProcessMaps maps;
  maps.note_process(kSelf, kSpace);
  Symbolizer symbolizer = a_symbolizer(maps);
  const auto vdso = VdsoSymbols::of_this_process();
  ASSERT_TRUE(vdso) << vdso.error().message();
  for (std::uint64_t offset = 0; offset < 4096; offset += 16) {
    if (const auto name = vdso->function_at(offset)) {
      const auto frame = resolve_frame(symbolizer, a_frame(base + offset));
      EXPECT_EQ(frame.function, *name);
      EXPECT_EQ(frame.module, "[vdso]");
      return;
    }
  }
  FAIL() << "no function in the vdso";
}

TEST_F(SymbolizerTest, TurnsStacksAroundWithTheKernelLast) {
  ProcessMaps maps;
  maps.note_process(kSelf, kSpace);
  Symbolizer symbolizer = a_symbolizer(maps);
  const auto resolved =
      resolve(symbolizer, a_stack({a_frame(0xffffffff81000110, FrameKind::Kernel),
                                   a_frame(0xffffffff81000100, FrameKind::Kernel, false),
                                   a_frame(address_of(&culprit_test_plain_function))}));
  ASSERT_EQ(resolved.frames.size(), 3U);
  EXPECT_EQ(resolved.frames[0].function, "culprit_test_plain_function");
  // A return address at the very beginning of a function belongs to the one before.
  EXPECT_EQ(resolved.frames[1].function, "do_syscall_64");
  EXPECT_EQ(resolved.frames[2].function, "ksys_read");
  EXPECT_EQ(resolved.frames[2].module, "[kernel]");
  EXPECT_EQ(resolved.frames[2].kind, FrameKind::Kernel);
  EXPECT_EQ(resolved.end, StackEnd::DepthLimit);
}

TEST_F(SymbolizerTest, NamesModulesAndKeepsUnknownKernelAddresses) {
  const ProcessMaps maps;
  Symbolizer symbolizer = a_symbolizer(maps);
  const auto module = resolve_frame(symbolizer, a_frame(0xffffffffc0000010, FrameKind::Kernel));
  EXPECT_EQ(module.function, "nft_do_chain");
  EXPECT_EQ(module.module, "[nf_tables]");
  Symbolizer hidden(std::nullopt, nullptr, maps);
  EXPECT_EQ(resolve_frame(hidden, a_frame(0xffffffff81000000, FrameKind::Kernel)).function,
            "[kernel+0xffffffff81000000]");
}

TEST_F(SymbolizerTest, KeepsEveryFrameWithoutAName) {
  void* code = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(code, MAP_FAILED);
  ProcessMaps maps;
  maps.note_process(kSelf, kSpace);
  Symbolizer symbolizer = a_symbolizer(maps);
  const auto resolved = resolve(
      symbolizer, a_stack({a_frame(0x10), a_frame(address_of(&std::abort), FrameKind::Python),
                           a_frame(reinterpret_cast<std::uint64_t>(code) + 32)}));
  ::munmap(code, 4096);
  ASSERT_EQ(resolved.frames.size(), 3U);
  EXPECT_THAT(resolved.frames[0].function, testing::MatchesRegex("\\[anon\\+0x[0-9a-f]+\\]"));
  EXPECT_EQ(resolved.frames[0].kind, FrameKind::Jit);
  EXPECT_EQ(resolved.frames[1].function, "[python frame]");
  EXPECT_EQ(resolved.frames[2].function, "[0x10]");
  EXPECT_EQ(symbolizer.unresolved_by_module().size(), 3U);
  const auto losses = symbolizer.take_losses({});
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].cause, "symbols_unknown");
  EXPECT_EQ(losses[0].count, 3U);
  EXPECT_TRUE(symbolizer.take_losses({}).empty());
}

TEST_F(SymbolizerTest, LetsARuntimeNameItsFrames) {
  const ProcessMaps maps;
  Symbolizer symbolizer = a_symbolizer(maps);
  symbolizer.set_runtime_namer([](const RawFrame&, const AddressSpaceKey& space) {
    EXPECT_EQ(space.id, kSpace);
    return std::vector<ResolvedFrame>{{.function = "handle",
                                       .file = "app.py",
                                       .line = 3,
                                       .module = "app.py",
                                       .kind = FrameKind::Python}};
  });
  EXPECT_EQ(resolve_frame(symbolizer, a_frame(1, FrameKind::Python)).function, "handle");
}

TEST_F(SymbolizerTest, SaysSoWithoutAWorkerOrTime) {
  ProcessMaps maps;
  maps.note_process(kSelf, kSpace);
  Symbolizer without(a_kernel(), nullptr, maps);
  const auto frame = a_frame(address_of(&culprit_test_plain_function));
  const auto nameless = resolve_frame(without, frame);
  EXPECT_THAT(nameless.function, testing::MatchesRegex("\\[[^+]+\\+0x[0-9a-f]+\\]"));
  EXPECT_EQ(without.limits().size(), 1U);

  Symbolizer symbolizer = a_symbolizer(maps);
  const RawStack stack = a_stack({frame});
  const StackOfProcess of_self{.stack = &stack, .process = kSelf, .address_space = kSpace};
  EXPECT_EQ(symbolizer.resolve(std::span(&of_self, 1), 0ms).front().frames.front(), nameless);
  EXPECT_EQ(symbolizer.take_losses({}).front().cause, "symbols_not_in_time");
  EXPECT_EQ(symbolizer.resolve(std::span(&of_self, 1), 60s).front().frames.front().function,
            "culprit_test_plain_function");
}

TEST_F(SymbolizerTest, GoesOnAfterAFileThatKillsTheWorker) {
  const test::ScratchDirectory directory;
  std::vector<test::BuiltSymbol> many(400'000,
                                      {.name = "f", .address = test::kBuiltCodeAddress, .size = 8});
  const std::string evil = directory.path_of("evil");
  test::write_file(evil, test::elf_with(many));
  const UniqueFd file = test::open_for_reading(evil);
  void* mapped = ::mmap(nullptr, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  ProcessMaps maps;
  maps.note_process(kSelf, kSpace);
  ::munmap(mapped, 8192);
  auto worker = SymbolWorker::start({.query_time = 5ms});
  ASSERT_TRUE(worker);
  Symbolizer symbolizer(a_kernel(), &*worker, maps);
  const auto in_evil = a_frame(reinterpret_cast<std::uint64_t>(mapped) + 4100);
  EXPECT_EQ(resolve_frame(symbolizer, in_evil).function, "[evil+0x1004]");
  EXPECT_EQ(symbolizer.take_losses({}).front().cause, "symbol_worker_killed");
  EXPECT_THAT(symbolizer.limits(), testing::ElementsAre(testing::HasSubstr("evil")));
  // Marked: it is not asked about again.
  EXPECT_EQ(resolve_frame(symbolizer, in_evil).function, "[evil+0x1004]");
  EXPECT_EQ(symbolizer.take_losses({}).front().cause, "symbols_unknown");
}

}  // namespace
}  // namespace culprit
