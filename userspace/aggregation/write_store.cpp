// SPDX-License-Identifier: Apache-2.0
#include "aggregation/write_store.h"

#include <algorithm>

#include "aggregation/counting.h"
#include "aggregation/limits.h"
#include "base/display_text.h"

namespace culprit {
namespace {

WrittenObject object_of(const WriteCount& count) {
  WrittenObject object{.kind = count.kind,
                       .standard_stream = {},
                       .path = displayable(count.path),
                       .append = count.append,
                       .stream_socket = count.stream_socket,
                       .datagram = count.datagram};
  if (count.descriptor == 1 || count.descriptor == 2) {
    object.standard_stream = count.descriptor;
  }
  return object;
}

}  // namespace

std::size_t WriteKeyHash::operator()(const WriteKey& key) const {
  const std::size_t hash = mixed_hash(mixed_hash(0, key.object.inode), key.object.device);
  return mixed_hash(mixed_hash(hash, key.cgroup.value()), key.pid.value());
}

void WrittenObject::merge(const WrittenObject& other) {
  kind = kind == FileKind::Other ? other.kind : kind;
  if (other.standard_stream) {
    standard_stream = std::min(standard_stream.value_or(2), *other.standard_stream);
  }
  if (path.empty()) {
    path = other.path;
  }
  append = append || other.append;
  stream_socket = stream_socket || other.stream_socket;
  datagram = datagram || other.datagram;
}

void WriteRow::add(const WriteCount& count, const EventStack& stack, std::uint32_t second) {
  object.merge(object_of(count));
  calls = saturating_sum(calls, count.calls);
  bytes = saturating_sum(bytes, count.bytes);
  text_calls = saturating_sum(text_calls, count.text_calls);
  printable_calls = saturating_sum(printable_calls, count.printable_calls);
  inner_bytes = saturating_sum(inner_bytes, count.inner_bytes);
  inner_newlines = saturating_sum(inner_newlines, count.inner_newlines);
  syncs = saturating_sum(syncs, count.syncs);
  failures = saturating_sum(failures, count.failures);
  last_error = count.last_error != 0 ? count.last_error : last_error;
  bytes_by_second.add(second, count.bytes);
  if (stack.hash != StackHash(0)) {
    stacks.add(stack, count.calls);
  }
}

void WriteRow::merge(const WriteRow& other) {
  object.merge(other.object);
  calls = saturating_sum(calls, other.calls);
  bytes = saturating_sum(bytes, other.bytes);
  text_calls = saturating_sum(text_calls, other.text_calls);
  printable_calls = saturating_sum(printable_calls, other.printable_calls);
  inner_bytes = saturating_sum(inner_bytes, other.inner_bytes);
  inner_newlines = saturating_sum(inner_newlines, other.inner_newlines);
  syncs = saturating_sum(syncs, other.syncs);
  failures = saturating_sum(failures, other.failures);
  last_error = other.last_error != 0 ? other.last_error : last_error;
  bytes_by_second.merge(other.bytes_by_second);
  stacks.merge(other.stacks);
}

WriteStore::WriteStore() : rows_(kWriteRowLimit) {}

void WriteStore::add(const WriteCount& count, CgroupRef cgroup, AddressSpaceId address_space,
                     std::uint32_t second) {
  const FileObject object{.inode = count.inode, .device = count.device};
  WriteKey key{.cgroup = cgroup, .pid = count.pid, .object = object};
  const WriteKey coarsest{.cgroup = cgroup, .pid = Pid(0), .object = {}};
  if (objects_.size() >= kWriteObjectLimit && !objects_.contains(object)) {
    ++without_object_;
    key = coarsest;
  } else {
    objects_.insert(object);
  }
  const WriteKey coarser{.cgroup = cgroup, .pid = Pid(0), .object = key.object};
  rows_.at(key, coarser, coarsest)
      .add(count, {.hash = count.stack, .pid = count.pid, .address_space = address_space}, second);
}

}  // namespace culprit
