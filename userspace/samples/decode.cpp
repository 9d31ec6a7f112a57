// SPDX-License-Identifier: Apache-2.0
#include "samples/decode.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

#include "abi/cpu_sample.h"
#include "abi/process_event.h"
#include "abi/record.h"
#include "abi/stack.h"
#include "abi/suspect.h"
#include "abi/unwind_space.h"

namespace culprit {
namespace {

template <typename Record>
bool copy_to(Record& record, std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(Record)) {
    return false;
  }
  std::memcpy(&record, bytes.data(), sizeof(Record));
  return true;
}

template <std::size_t Size>
// NOLINTNEXTLINE(modernize-avoid-c-arrays): the ABI's structs hold them
std::string text_of(const char (&characters)[Size]) {
  return {std::begin(characters), std::find(std::begin(characters), std::end(characters), '\0')};
}

Task task_of(const culprit_task& task) {
  return Task{.process = {Pid(task.pid), task.process_start_ns},
              .tid = Tid(task.tid),
              .thread_start_boottime_ns = task.thread_start_ns,
              .address_space = AddressSpaceId(task.address_space),
              .cgroup = CgroupId(task.cgroup_id),
              .cgroup_v1 = CgroupId(task.cgroup_v1_id),
              .comm = text_of(task.comm)};
}

StackEnd stack_end_of(std::uint8_t end) {
  return end < CULPRIT_STACK_END_COUNT ? static_cast<StackEnd>(end) : StackEnd::Implausible;
}

bool is_frame_kind(std::uint8_t kind) {
  return kind >= CULPRIT_FRAME_KERNEL && kind <= CULPRIT_FRAME_JIT;
}

/// False when the bytes do not hold `count` frames.
bool decode_frames(std::span<const std::byte> bytes, std::size_t count,
                   std::vector<RawFrame>& frames) {
  if (count > CULPRIT_MAX_FRAMES || bytes.size() < count * sizeof(culprit_frame)) {
    return false;
  }
  frames.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    culprit_frame frame{};
    std::memcpy(&frame, bytes.data() + index * sizeof(frame), sizeof(frame));
    if (!is_frame_kind(frame.kind)) {
      return false;
    }
    frames.push_back(RawFrame{.address = InstructionAddress(frame.address),
                              .extra = frame.extra,
                              .check = frame.check,
                              .kind = static_cast<FrameKind>(frame.kind),
                              .exact = (frame.flags & CULPRIT_FRAME_EXACT) != 0});
  }
  return true;
}

ThreadProgress progress_of(const culprit_progress& progress) {
  return ThreadProgress{.runtime_ns = progress.runtime_ns,
                        .run_queue_ns = progress.run_queue_ns,
                        .voluntary_switches = progress.voluntary_switches,
                        .forced_switches = progress.forced_switches,
                        .major_faults = progress.major_faults,
                        .write_calls = progress.write_calls,
                        .written_bytes = progress.written_bytes,
                        .read_calls = progress.read_calls,
                        .read_bytes = progress.read_bytes};
}

Status decode_cpu_sample(std::span<const std::byte> bytes, SampleSink& sink) {
  culprit_cpu_sample sample{};
  if (!copy_to(sample, bytes)) {
    return Error("a CPU sample is shorter than its header");
  }
  if (sample.context < CULPRIT_CONTEXT_USER || sample.context > CULPRIT_CONTEXT_KERNEL_THREAD) {
    return Error("a CPU sample has an unknown context");
  }
  if (sample.frame_count > 0) {
    RawStack stack{.hash = StackHash(sample.stack_hash), .end = stack_end_of(sample.user_end)};
    if (!decode_frames(bytes.subspan(sizeof(sample)), sample.frame_count, stack.frames)) {
      return Error("a CPU sample does not hold its frames");
    }
    sink.accept(std::move(stack));
  }
  sink.accept(CpuSample{.time = from_ktime_ns(sample.time_ns),
                        .cpu = CpuId(sample.cpu),
                        .task = task_of(sample.task),
                        .context = static_cast<CpuContext>(sample.context),
                        .syscall = sample.syscall,
                        .stack = StackHash(sample.stack_hash),
                        .progress = progress_of(sample.progress)});
  return Success{};
}

Status decode_stack(std::span<const std::byte> bytes, SampleSink& sink) {
  culprit_stack_record record{};
  if (!copy_to(record, bytes)) {
    return Error("a stack is shorter than its header");
  }
  RawStack stack{.hash = StackHash(record.stack_hash), .end = stack_end_of(record.user_end)};
  if (!decode_frames(bytes.subspan(sizeof(record)), record.frame_count, stack.frames)) {
    return Error("a stack does not hold its frames");
  }
  sink.accept(std::move(stack));
  return Success{};
}

Status decode_stack_copy(std::span<const std::byte> bytes, SampleSink& sink) {
  culprit_stack_copy record{};
  if (!copy_to(record, bytes)) {
    return Error("a copy of a stack is shorter than its header");
  }
  const auto content = bytes.subspan(sizeof(record));
  if (record.bytes > CULPRIT_STACK_COPY_BYTES || content.size() < record.bytes) {
    return Error("a copy of a stack does not hold its bytes");
  }
  const auto stack = content.first(record.bytes);
  StackCopy copy{.hash = StackHash(record.stack_hash),
                 .time = from_ktime_ns(record.time_ns),
                 .process = {Pid(record.pid), record.process_start_ns},
                 .address_space = AddressSpaceId(record.address_space),
                 .instruction = InstructionAddress(record.ip),
                 .registers = {},
                 .bytes = {stack.begin(), stack.end()}};
  std::copy(std::begin(record.registers), std::end(record.registers), copy.registers.begin());
  sink.accept(std::move(copy));
  return Success{};
}

Status decode_frame_places(std::span<const std::byte> bytes, SampleSink& sink) {
  culprit_frame_places record{};
  if (!copy_to(record, bytes)) {
    return Error("places of frames are shorter than their header");
  }
  const auto content = bytes.subspan(sizeof(record));
  if (record.count > CULPRIT_MAX_PLACES ||
      content.size() < record.count * sizeof(culprit_frame_place)) {
    return Error("places of frames are fewer than their header says");
  }
  FramePlaces places{.time = from_ktime_ns(record.time_ns),
                     .process = {Pid(record.pid), record.process_start_ns},
                     .tid = Tid(record.tid),
                     .thread_start_boottime_ns = record.thread_start_ns,
                     .address_space = AddressSpaceId(record.address_space),
                     .end = stack_end_of(record.user_end),
                     .places = {}};
  places.places.reserve(record.count);
  for (std::size_t index = 0; index < record.count; ++index) {
    culprit_frame_place place{};
    std::memcpy(&place, content.data() + index * sizeof(place), sizeof(place));
    places.places.push_back({InstructionAddress(place.ip), place.sp});
  }
  sink.accept(std::move(places));
  return Success{};
}

Status decode_process_event(std::span<const std::byte> bytes, SampleSink& sink) {
  culprit_process_event event{};
  if (!copy_to(event, bytes)) {
    return Error("a process event is too short");
  }
  if (event.kind < CULPRIT_PROCESS_FORK || event.kind > CULPRIT_PROCESS_EXIT) {
    return Error("a process event has an unknown kind");
  }
  sink.accept(ProcessEvent{.time = from_ktime_ns(event.time_ns),
                           .kind = static_cast<ProcessEventKind>(event.kind),
                           .task = task_of(event.task),
                           .parent = Pid(event.parent_pid),
                           .exit_code = event.exit_code,
                           .runtime = std::chrono::nanoseconds(event.runtime_ns)});
  return Success{};
}

Status decode_cgroup_event(std::span<const std::byte> bytes, SampleSink& sink) {
  culprit_cgroup_event event{};
  if (!copy_to(event, bytes)) {
    return Error("a cgroup event is too short");
  }
  sink.accept(CgroupEvent{.time = from_ktime_ns(event.time_ns),
                          .created = event.kind == CULPRIT_CGROUP_CREATED,
                          .cgroup = CgroupId(event.cgroup_id),
                          .hierarchy = event.hierarchy,
                          .path = text_of(event.path)});
  return Success{};
}

}  // namespace

Status decode_record(std::span<const std::byte> record, SampleSink& sink) {
  constexpr std::size_t kTypeOffset = 8;
  std::uint32_t type = 0;
  if (record.size() < kTypeOffset + sizeof(type)) {
    return Error("a record is too short to say what it is");
  }
  std::memcpy(&type, record.data() + kTypeOffset, sizeof(type));
  switch (type) {
    case CULPRIT_RECORD_CPU_SAMPLE:
      return decode_cpu_sample(record, sink);
    case CULPRIT_RECORD_STACK:
      return decode_stack(record, sink);
    case CULPRIT_RECORD_STACK_COPY:
      return decode_stack_copy(record, sink);
    case CULPRIT_RECORD_FRAME_PLACES:
      return decode_frame_places(record, sink);
    case CULPRIT_RECORD_PROCESS_EVENT:
      return decode_process_event(record, sink);
    case CULPRIT_RECORD_CGROUP_EVENT:
      return decode_cgroup_event(record, sink);
    default:
      return Error("a record of an unknown type");
  }
}

}  // namespace culprit
