// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/perf_event.h>

#include <array>
#include <cstring>
#include <string_view>

#include "samples/decode.h"
#include "unit/samples/collecting_sink.h"

namespace culprit {
namespace {

/// A PERF_RECORD_MMAP2 as the kernel lays it out, with the trailer of TID and TIME.
std::vector<std::byte> a_mapping_record(std::string_view name, std::uint16_t misc,
                                        const std::array<std::uint8_t, 24>& identity) {
  std::vector<std::byte> bytes;
  const std::size_t padded = (name.size() + 8) / 8 * 8;
  perf_event_header header{};
  header.type = PERF_RECORD_MMAP2;
  header.misc = misc;
  header.size = static_cast<std::uint16_t>(72 + padded + 16);
  append_bytes(bytes, header);
  append_bytes(bytes, std::array<std::uint32_t, 2>{100, 101});
  append_bytes(bytes, std::array<std::uint64_t, 3>{0x400000, 0x1000, 0x2000});
  append_bytes(bytes, identity);
  append_bytes(bytes, std::array<std::uint32_t, 2>{5, 2});
  for (std::size_t index = 0; index < padded; ++index) {
    bytes.push_back(static_cast<std::byte>(index < name.size() ? name[index] : '\0'));
  }
  append_bytes(bytes, std::array<std::uint32_t, 2>{100, 101});
  append_bytes(bytes, std::uint64_t{7'000});
  return bytes;
}

TEST(DecodePerfRecord, ReadsDeviceAndInode) {
  std::array<std::uint8_t, 24> identity{};
  const std::array<std::uint32_t, 2> device{8, 1};
  const std::uint64_t inode = 4711;
  std::memcpy(identity.data(), device.data(), 8);
  std::memcpy(identity.data() + 8, &inode, 8);
  CollectingSink sink;
  ASSERT_TRUE(decode_perf_record(a_mapping_record("/bin/true", 0, identity), sink));
  const auto& mapping = std::get<ExecutableMapping>(sink.samples.at(0));
  EXPECT_EQ(mapping.pid, Pid(100));
  EXPECT_EQ(mapping.start, 0x400000U);
  EXPECT_EQ(mapping.file_offset, 0x2000U);
  EXPECT_EQ(mapping.device_major, 8U);
  EXPECT_EQ(mapping.inode, 4711U);
  EXPECT_EQ(mapping.path, "/bin/true");
  EXPECT_EQ(mapping.time, from_ktime_ns(7'000));
  EXPECT_TRUE(mapping.build_id.empty());
}

TEST(DecodePerfRecord, ReadsABuildId) {
  std::array<std::uint8_t, 24> identity{};
  identity[0] = 20;
  identity[4] = 0xAB;
  CollectingSink sink;
  ASSERT_TRUE(decode_perf_record(
      a_mapping_record("/bin/true", PERF_RECORD_MISC_MMAP_BUILD_ID, identity), sink));
  const auto& mapping = std::get<ExecutableMapping>(sink.samples.at(0));
  EXPECT_EQ(mapping.build_id.size(), 20U);
  EXPECT_EQ(static_cast<unsigned char>(mapping.build_id[0]), 0xABU);
}

TEST(DecodePerfRecord, BoundsABuildIdThatClaimsToBeLonger) {
  std::array<std::uint8_t, 24> identity{};
  identity[0] = 255;
  CollectingSink sink;
  ASSERT_TRUE(
      decode_perf_record(a_mapping_record("/x", PERF_RECORD_MISC_MMAP_BUILD_ID, identity), sink));
  EXPECT_EQ(std::get<ExecutableMapping>(sink.samples.at(0)).build_id.size(), 20U);
}

TEST(DecodePerfRecord, CountsWhatTheKernelLost) {
  std::vector<std::byte> bytes;
  perf_event_header header{};
  header.type = PERF_RECORD_LOST;
  header.size = 24;
  append_bytes(bytes, header);
  append_bytes(bytes, std::array<std::uint64_t, 2>{1, 31});
  CollectingSink sink;
  ASSERT_TRUE(decode_perf_record(bytes, sink));
  EXPECT_EQ(std::get<LossCount>(sink.samples.at(0)).count, 31U);
}

TEST(DecodePerfRecord, RefusesTruncatedRecords) {
  const auto bytes = a_mapping_record("", 0, {});
  for (std::size_t size = 0; size < 88; ++size) {
    CollectingSink sink;
    EXPECT_FALSE(decode_perf_record(std::span(bytes).first(size), sink)) << size;
  }
}

}  // namespace
}  // namespace culprit
