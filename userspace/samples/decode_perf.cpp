// SPDX-License-Identifier: Apache-2.0
#include <linux/perf_event.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "samples/decode.h"

namespace culprit {
namespace {

// perf_event_open(2): PERF_RECORD_MMAP2 up to its file name.
struct MmapRecord {
  perf_event_header header;
  std::uint32_t pid;
  std::uint32_t tid;
  std::uint64_t address;
  std::uint64_t length;
  std::uint64_t file_offset;
  std::array<std::byte, 24> identity;  // device and inode, or a build-id
  std::uint32_t protection;
  std::uint32_t flags;
};
static_assert(sizeof(MmapRecord) == 72);

struct DeviceAndInode {
  std::uint32_t major;
  std::uint32_t minor;
  std::uint64_t inode;
};

constexpr std::size_t kBuildIdSizeAt = 0;
constexpr std::size_t kBuildIdAt = 4;
constexpr std::size_t kMaxBuildId = 20;
// What sample_id_all appends for PERF_SAMPLE_TID | PERF_SAMPLE_TIME.
constexpr std::size_t kTrailerBytes = 16;

void set_identity(const MmapRecord& record, ExecutableMapping& mapping) {
  if ((record.header.misc & PERF_RECORD_MISC_MMAP_BUILD_ID) != 0) {
    const auto size = std::to_integer<std::size_t>(record.identity[kBuildIdSizeAt]);
    const auto* begin = reinterpret_cast<const char*>(record.identity.data()) + kBuildIdAt;
    mapping.build_id.assign(begin, std::min(size, kMaxBuildId));
    return;
  }
  DeviceAndInode identity{};
  std::memcpy(&identity, record.identity.data(), sizeof(identity));
  mapping.device_major = identity.major;
  mapping.device_minor = identity.minor;
  mapping.inode = identity.inode;
}

Status decode_mapping(std::span<const std::byte> bytes, SampleSink& sink) {
  MmapRecord record{};
  if (bytes.size() < sizeof(record) + kTrailerBytes) {
    return Error("a mapping record is too short");
  }
  std::memcpy(&record, bytes.data(), sizeof(record));
  std::uint64_t time_ns = 0;
  std::memcpy(&time_ns, bytes.data() + bytes.size() - sizeof(time_ns), sizeof(time_ns));
  const auto name = bytes.subspan(sizeof(record), bytes.size() - sizeof(record) - kTrailerBytes);
  const auto end = std::find(name.begin(), name.end(), std::byte{0});

  ExecutableMapping mapping{.time = from_ktime_ns(time_ns),
                            .pid = Pid(record.pid),
                            .start = record.address,
                            .length = record.length,
                            .file_offset = record.file_offset};
  mapping.path.assign(reinterpret_cast<const char*>(name.data()),
                      static_cast<std::size_t>(end - name.begin()));
  set_identity(record, mapping);
  sink.accept(std::move(mapping));
  return Success{};
}

Status decode_lost(std::span<const std::byte> bytes, SampleSink& sink) {
  std::uint64_t lost = 0;
  constexpr std::size_t kLostAt = sizeof(perf_event_header) + sizeof(std::uint64_t);
  if (bytes.size() < kLostAt + sizeof(lost)) {
    return Error("a lost-records record is too short");
  }
  std::memcpy(&lost, bytes.data() + kLostAt, sizeof(lost));
  sink.accept(LossCount{.until = {}, .cause = "mapping_records", .cgroup = {}, .count = lost});
  return Success{};
}

}  // namespace

Status decode_perf_record(std::span<const std::byte> record, SampleSink& sink) {
  perf_event_header header{};
  if (record.size() < sizeof(header)) {
    return Error("a perf record is shorter than its header");
  }
  std::memcpy(&header, record.data(), sizeof(header));
  if (header.type == PERF_RECORD_MMAP2) {
    return decode_mapping(record, sink);
  }
  if (header.type == PERF_RECORD_LOST) {
    return decode_lost(record, sink);
  }
  return Success{};
}

}  // namespace culprit
