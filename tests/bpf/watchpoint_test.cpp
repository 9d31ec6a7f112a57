// SPDX-License-Identifier: Apache-2.0
// Watchpoints on words of this thread: what counts, what does not, and what is left behind.
#include "kernel/watchpoint.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csetjmp>
#include <cstring>

#include "bpf/needs_bpf.h"

namespace culprit {
namespace {

using Word = volatile std::uint64_t;

Tid this_thread() {
  return Tid(static_cast<std::uint32_t>(::gettid()));
}

std::uint64_t address_of(const volatile void* place) {
  return reinterpret_cast<std::uint64_t>(place);
}

std::unique_ptr<Watchpoint> armed_on(std::uint64_t address) {
  auto watchpoint = Watchpoint::arm(this_thread(), address);
  EXPECT_TRUE(watchpoint.has_value()) << (watchpoint ? "" : watchpoint.error().message());
  return watchpoint ? std::move(*watchpoint) : nullptr;
}

alignas(8) Word word;

TEST(Watchpoint, DisarmsItselfAtTheFirstHit) {
  NEEDS_BPF();
  auto watchpoint = armed_on(address_of(&word));
  ASSERT_NE(watchpoint, nullptr);
  EXPECT_TRUE(watchpoint->take_hits().empty());
  for (int touch = 0; touch < 1000; ++touch) {
    word = word + 1;
  }
  EXPECT_EQ(watchpoint->take_hits().size(), 1U);
  watchpoint.reset();
  watchpoint = armed_on(address_of(&word));
  ASSERT_NE(watchpoint, nullptr);
  word = word + 1;
  word = word + 1;
  const auto hits = watchpoint->take_hits();
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_NE(hits[0].instruction, 0U);
  EXPECT_NE(hits[0].stack_pointer, 0U);
}

TEST(Watchpoint, TheKernelsOwnAccessIsNoHit) {
  NEEDS_BPF();
  auto watchpoint = armed_on(address_of(&word));
  ASSERT_NE(watchpoint, nullptr);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const std::uint64_t sent = 42;
  ASSERT_EQ(::write(ends[1], &sent, sizeof(sent)), 8);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the kernel writes there
  ASSERT_EQ(::read(ends[0], const_cast<std::uint64_t*>(&word), sizeof(sent)), 8);
  EXPECT_TRUE(watchpoint->take_hits().empty());
  ::close(ends[0]);
  ::close(ends[1]);
}

/// Arms on its own return address, recurses through the same code, and comes back.
std::unique_ptr<Watchpoint> watchpoint_of_call;
std::uint64_t slot_of_call, return_of_call;

__attribute__((noinline)) int climb(int height) {
  if (height == 20) {
    slot_of_call = address_of(__builtin_frame_address(0)) + 8;
    return_of_call = address_of(__builtin_return_address(0));
    watchpoint_of_call = armed_on(slot_of_call);
  }
  const int result = height == 0 ? 1 : climb(height - 1) + climb(0);
  if (height == 20) {
    EXPECT_TRUE(watchpoint_of_call->take_hits().empty()) << "an inner call was taken for it";
  }
  return result + static_cast<int>(word & 1);
}

TEST(Watchpoint, SeesTheReturnOfARecursionOnce) {
  NEEDS_BPF();
  word = 0;
  EXPECT_EQ(climb(20), 21);
  const auto hits = watchpoint_of_call->take_hits();
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].instruction, return_of_call);
  EXPECT_EQ(hits[0].stack_pointer, slot_of_call + 8);
  watchpoint_of_call.reset();
}

std::jmp_buf way_out;

__attribute__((noinline)) void leave_by_a_jump() {
  slot_of_call = address_of(__builtin_frame_address(0)) + 8;
  return_of_call = address_of(__builtin_return_address(0));
  watchpoint_of_call = armed_on(slot_of_call);
  std::longjmp(way_out, 1);
}

TEST(Watchpoint, ACallLeftByAJumpDoesNotLookLikeAReturn) {
  NEEDS_BPF();
  if (setjmp(way_out) == 0) {
    leave_by_a_jump();
  }
  for (const WatchpointHit& hit : watchpoint_of_call->take_hits()) {
    EXPECT_FALSE(hit.instruction == return_of_call && hit.stack_pointer == slot_of_call + 8);
  }
  watchpoint_of_call.reset();
}

std::size_t arm_all(std::vector<std::unique_ptr<Watchpoint>>& watchpoints, Tid thread) {
  static std::array<Word, 8> words;
  for (Word& place : words) {
    auto watchpoint = Watchpoint::arm(thread, address_of(&place));
    if (!watchpoint) {
      EXPECT_EQ(watchpoint.error().error_number(), ENOSPC) << watchpoint.error().message();
      break;
    }
    watchpoints.push_back(std::move(*watchpoint));
  }
  return watchpoints.size();
}

TEST(Watchpoint, SaysWhenAllSlotsAreTaken) {
  NEEDS_BPF();
  std::vector<std::unique_ptr<Watchpoint>> watchpoints;
  EXPECT_EQ(arm_all(watchpoints, this_thread()), 4U);
  watchpoints.pop_back();
  EXPECT_EQ(arm_all(watchpoints, this_thread()), 4U);
}

TEST(Watchpoint, IsGoneWithWhoeverArmedItHoweverItEnds) {
  NEEDS_BPF();
  const Tid watched = this_thread();
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::vector<std::unique_ptr<Watchpoint>> watchpoints;
    const auto count = static_cast<char>(arm_all(watchpoints, watched));
    static_cast<void>(::write(ends[1], &count, 1) == 1);
    for (;;) {
      ::pause();
    }
  }
  char armed = 0;
  ASSERT_EQ(::read(ends[0], &armed, 1), 1);
  EXPECT_EQ(armed, 4);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  std::vector<std::unique_ptr<Watchpoint>> watchpoints;
  EXPECT_EQ(arm_all(watchpoints, watched), 4U);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace culprit
