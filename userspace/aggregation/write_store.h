// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "aggregation/bounded_rows.h"
#include "aggregation/cgroup_table.h"
#include "aggregation/event_stacks.h"
#include "aggregation/second_counts.h"
#include "samples/activity.h"

namespace culprit {

/// A file object; device and inode 0 collect the objects that found no room.
struct FileObject {
  std::uint64_t inode = 0;
  std::uint32_t device = 0;

  auto operator<=>(const FileObject&) const = default;
};

struct WriteKey {
  CgroupRef cgroup;
  Pid pid;  ///< 0: of processes that found no room
  FileObject object;

  bool operator==(const WriteKey&) const = default;
};

struct WriteKeyHash {
  std::size_t operator()(const WriteKey& key) const;
};

/// What is known of a written object besides the numbers.
struct WrittenObject {
  FileKind kind = FileKind::Other;
  /// 1 or 2 when the object was ever written to as standard output or error.
  std::optional<std::uint32_t> standard_stream;
  std::string path;  ///< displayable
  bool append = false, stream_socket = false, datagram = false;

  void merge(const WrittenObject& other);
};

/// What one process wrote to one file object.
struct WriteRow {
  WrittenObject object;
  std::uint64_t calls = 0, bytes = 0, text_calls = 0, syncs = 0, failures = 0;
  std::uint64_t printable_calls = 0, inner_bytes = 0, inner_newlines = 0;
  std::uint16_t last_error = 0;
  SecondCounts bytes_by_second;
  EventStacks stacks;  ///< of the sampled calls

  void add(const WriteCount& count, const EventStack& stack, std::uint32_t second);
  void merge(const WriteRow& other);
};

/// Collects writes. Beyond the limits rows lose their process, or their file object.
class WriteStore {
 public:
  WriteStore();

  void add(const WriteCount& count, CgroupRef cgroup, AddressSpaceId address_space,
           std::uint32_t second);

  [[nodiscard]] const BoundedRows<WriteKey, WriteRow, WriteKeyHash>& rows() const { return rows_; }
  /// Counts whose file object found no room.
  [[nodiscard]] std::uint64_t without_object() const { return without_object_; }

 private:
  std::set<FileObject> objects_;
  BoundedRows<WriteKey, WriteRow, WriteKeyHash> rows_;
  std::uint64_t without_object_ = 0;
};

}  // namespace culprit
