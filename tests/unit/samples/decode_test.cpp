// SPDX-License-Identifier: Apache-2.0
#include "samples/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "abi/cpu_sample.h"
#include "abi/process_event.h"
#include "abi/suspect.h"
#include "abi/unwind_space.h"
#include "unit/samples/collecting_sink.h"

namespace culprit {
namespace {

culprit_cpu_sample a_cpu_sample() {
  culprit_cpu_sample sample{};
  sample.time_ns = 5'000'000'000;
  sample.record = CULPRIT_RECORD_CPU_SAMPLE;
  sample.cpu = 1;
  sample.stack_hash = 77;
  sample.task.pid = 10;
  sample.task.tid = 11;
  sample.task.cgroup_id = 42;
  std::strcpy(sample.task.comm, "python3");
  sample.progress.runtime_ns = 123;
  sample.syscall = 232;
  sample.context = CULPRIT_CONTEXT_SYSCALL;
  return sample;
}

culprit_frame a_frame(std::uint64_t address) {
  culprit_frame frame{};
  frame.address = address;
  frame.kind = CULPRIT_FRAME_NATIVE;
  return frame;
}

TEST(DecodeRecord, TurnsACpuSampleIntoValues) {
  CollectingSink sink;
  ASSERT_TRUE(decode_record(bytes_of(a_cpu_sample()), sink));
  ASSERT_EQ(sink.samples.size(), 1U);
  const auto* sample = std::get_if<CpuSample>(sink.samples.data());
  ASSERT_NE(sample, nullptr);
  EXPECT_EQ(sample->time, from_ktime_ns(5'000'000'000));
  EXPECT_EQ(sample->task.process.pid, Pid(10));
  EXPECT_EQ(sample->task.tid, Tid(11));
  EXPECT_EQ(sample->task.cgroup, CgroupId(42));
  EXPECT_EQ(sample->task.comm, "python3");
  EXPECT_EQ(sample->stack, StackHash(77));
  EXPECT_EQ(sample->context, CpuContext::Syscall);
  EXPECT_EQ(sample->syscall, 232);
  EXPECT_EQ(sample->progress.runtime_ns, 123U);
}

culprit_stack_copy a_stack_copy(std::uint32_t bytes) {
  culprit_stack_copy copy{};
  copy.stack_hash = 99;
  copy.record = CULPRIT_RECORD_STACK_COPY;
  copy.bytes = bytes;
  copy.pid = 10;
  copy.address_space = 5;
  copy.ip = 0x1000;
  copy.registers[7] = 0x7ff0;
  return copy;
}

TEST(DecodeRecord, TurnsACopyOfAStackIntoValues) {
  auto bytes = bytes_of(a_stack_copy(16));
  bytes.resize(bytes.size() + 16, std::byte{7});
  CollectingSink sink;
  ASSERT_TRUE(decode_record(bytes, sink));
  ASSERT_EQ(sink.samples.size(), 1U);
  const auto* copy = std::get_if<StackCopy>(sink.samples.data());
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(copy->hash, StackHash(99));
  EXPECT_EQ(copy->process.pid, Pid(10));
  EXPECT_EQ(copy->address_space, AddressSpaceId(5));
  EXPECT_EQ(copy->registers[7], 0x7ff0U);
  EXPECT_THAT(copy->bytes, testing::SizeIs(16));
}

TEST(DecodeRecord, RefusesACopyThatPromisesMoreThanItHolds) {
  for (const std::uint32_t promised : {17U, 16385U, 0xffffffffU}) {
    auto bytes = bytes_of(a_stack_copy(promised));
    bytes.resize(bytes.size() + 16);
    CollectingSink sink;
    EXPECT_FALSE(decode_record(bytes, sink)) << promised;
    EXPECT_THAT(sink.samples, testing::IsEmpty());
  }
}

TEST(DecodeRecord, HandsOverTheStackBeforeTheSampleThatCarriesIt) {
  culprit_cpu_sample sample = a_cpu_sample();
  sample.frame_count = 2;
  sample.user_end = CULPRIT_STACK_UNREADABLE;
  auto bytes = bytes_of(sample);
  culprit_frame innermost = a_frame(0x1000);
  innermost.flags = CULPRIT_FRAME_EXACT;
  append_bytes(bytes, innermost);
  append_bytes(bytes, a_frame(0x2000));

  CollectingSink sink;
  ASSERT_TRUE(decode_record(bytes, sink));
  ASSERT_EQ(sink.samples.size(), 2U);
  const auto* stack = std::get_if<RawStack>(sink.samples.data());
  ASSERT_NE(stack, nullptr);
  EXPECT_EQ(stack->hash, StackHash(77));
  EXPECT_EQ(stack->end, StackEnd::Unreadable);
  ASSERT_EQ(stack->frames.size(), 2U);
  EXPECT_EQ(stack->frames[0].address, InstructionAddress(0x1000));
  EXPECT_TRUE(stack->frames[0].exact);
  EXPECT_FALSE(stack->frames[1].exact);
}

TEST(DecodeRecord, RefusesASampleThatClaimsMoreFramesThanItHolds) {
  culprit_cpu_sample sample = a_cpu_sample();
  sample.frame_count = 3;
  auto bytes = bytes_of(sample);
  append_bytes(bytes, a_frame(1));
  CollectingSink sink;
  EXPECT_FALSE(decode_record(bytes, sink));
  EXPECT_TRUE(sink.samples.empty());
}

TEST(DecodeRecord, RefusesEveryTruncation) {
  const auto bytes = bytes_of(a_cpu_sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CollectingSink sink;
    EXPECT_FALSE(decode_record(std::span(bytes).first(size), sink)) << size;
    EXPECT_TRUE(sink.samples.empty());
  }
}

TEST(DecodeRecord, RefusesAnUnknownFrameKind) {
  culprit_cpu_sample sample = a_cpu_sample();
  sample.frame_count = 1;
  auto bytes = bytes_of(sample);
  culprit_frame frame = a_frame(1);
  frame.kind = 200;
  append_bytes(bytes, frame);
  CollectingSink sink;
  EXPECT_FALSE(decode_record(bytes, sink));
}

TEST(DecodeRecord, ReadsACommWithoutTerminatorToItsEnd) {
  culprit_cpu_sample sample = a_cpu_sample();
  std::memset(sample.task.comm, 'x', sizeof(sample.task.comm));
  CollectingSink sink;
  ASSERT_TRUE(decode_record(bytes_of(sample), sink));
  EXPECT_EQ(std::get<CpuSample>(sink.samples[0]).task.comm, std::string(16, 'x'));
}

TEST(DecodeRecord, TurnsAnExitIntoAProcessEvent) {
  culprit_process_event event{};
  event.record = CULPRIT_RECORD_PROCESS_EVENT;
  event.kind = CULPRIT_PROCESS_EXIT;
  event.task.pid = 9;
  event.parent_pid = 3;
  event.exit_code = 256;
  CollectingSink sink;
  ASSERT_TRUE(decode_record(bytes_of(event), sink));
  const auto& decoded = std::get<ProcessEvent>(sink.samples.at(0));
  EXPECT_EQ(decoded.kind, ProcessEventKind::Exit);
  EXPECT_EQ(decoded.parent, Pid(3));
  EXPECT_EQ(decoded.exit_code, 256);
}

TEST(DecodeRecord, TurnsABirthIntoACgroupEvent) {
  culprit_cgroup_event event{};
  event.record = CULPRIT_RECORD_CGROUP_EVENT;
  event.kind = CULPRIT_CGROUP_CREATED;
  event.cgroup_id = 8;
  std::strcpy(event.path, "/docker/abc");
  CollectingSink sink;
  ASSERT_TRUE(decode_record(bytes_of(event), sink));
  const auto& decoded = std::get<CgroupEvent>(sink.samples.at(0));
  EXPECT_TRUE(decoded.created);
  EXPECT_EQ(decoded.path, "/docker/abc");
}

TEST(DecodeRecord, RefusesAnUnknownType) {
  culprit_process_event event{};
  event.record = 99;
  CollectingSink sink;
  EXPECT_FALSE(decode_record(bytes_of(event), sink));
}

culprit_frame_places places_of(std::uint16_t count) {
  culprit_frame_places places{};
  places.time_ns = 5'000'000'000;
  places.record = CULPRIT_RECORD_FRAME_PLACES;
  places.pid = 10;
  places.tid = 11;
  places.thread_start_ns = 3;
  places.count = count;
  places.user_end = CULPRIT_STACK_COMPLETE;
  return places;
}

TEST(DecodeRecord, TurnsPlacesOfFramesIntoValues) {
  auto bytes = bytes_of(places_of(2));
  for (const std::uint64_t sp : {0x1000U, 0x1020U}) {
    const auto place = bytes_of(culprit_frame_place{.ip = 0x400, .sp = sp});
    bytes.insert(bytes.end(), place.begin(), place.end());
  }
  CollectingSink sink;
  ASSERT_TRUE(decode_record(bytes, sink));
  ASSERT_EQ(sink.samples.size(), 1U);
  const auto* places = std::get_if<FramePlaces>(sink.samples.data());
  ASSERT_NE(places, nullptr);
  EXPECT_EQ(places->tid, Tid(11));
  EXPECT_EQ(places->thread_start_boottime_ns, 3U);
  ASSERT_EQ(places->places.size(), 2U);
  EXPECT_EQ(places->places[1].stack_pointer, 0x1020U);
}

TEST(DecodeRecord, RefusesPlacesThatAreNotThere) {
  for (const int promised : {1, CULPRIT_MAX_PLACES + 1, 65535}) {
    CollectingSink sink;
    EXPECT_FALSE(decode_record(bytes_of(places_of(static_cast<std::uint16_t>(promised))), sink));
    EXPECT_TRUE(sink.samples.empty());
  }
}

}  // namespace
}  // namespace culprit
