// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/write_reader.h"

#include "probes/syscalls/endpoint_text.h"

namespace culprit {
namespace {

bool has_flag(const culprit_write_value& value, culprit_write_flag flag) {
  return (value.flags & static_cast<unsigned>(flag)) != 0;
}

}  // namespace

WriteCount decode(const culprit_write_key& key, const culprit_write_value& value, KernelTime now) {
  return {.until = now,
          .cgroup = CgroupId(key.cgroup_id),
          .pid = Pid(key.pid),
          .inode = key.inode,
          .device = key.device,
          .kind = static_cast<FileKind>(value.kind),
          .descriptor = value.descriptor,
          .path = {},
          .append = has_flag(value, CULPRIT_WRITE_APPEND),
          .stream_socket = has_flag(value, CULPRIT_WRITE_STREAM),
          .datagram = has_flag(value, CULPRIT_WRITE_DATAGRAM),
          .stack = StackHash(key.stack_hash),
          .calls = value.calls,
          .bytes = value.bytes,
          .text_calls = value.text_calls,
          .printable_calls = value.printable_calls,
          .inner_bytes = value.inner_bytes,
          .inner_newlines = value.inner_newlines,
          .syncs = value.syncs,
          .failures = value.failures,
          .last_error = value.last_error};
}

Status WriteReader::read(KernelTime now, SampleSink& sink) {
  return writes_.drain([&](const culprit_write_key& key, const culprit_write_value& value) {
    WriteCount sample = decode(key, value, now);
    if (sample.kind == FileKind::Socket) {
      sample.path = peer_path(value.endpoint, names_);
    }
    if (sample.path.empty()) {
      sample.path = paths_.path({.pid = sample.pid,
                                 .inode = sample.inode,
                                 .device = sample.device,
                                 .descriptor = sample.descriptor});
    }
    sink.accept(std::move(sample));
  });
}

}  // namespace culprit
