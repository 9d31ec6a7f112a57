// SPDX-License-Identifier: Apache-2.0
#include "kernel/ring_buffer_reader.h"

#include <bpf/libbpf.h>

#include <cerrno>
#include <utility>

namespace culprit {

Result<std::unique_ptr<RingBufferReader>> RingBufferReader::open() {
  return std::unique_ptr<RingBufferReader>(new RingBufferReader());
}

RingBufferReader::~RingBufferReader() {
  if (rings_ != nullptr) {
    ring_buffer__free(rings_);
  }
}

int RingBufferReader::on_record(void* handler, void* data, std::size_t size) noexcept {
  (*static_cast<Handler*>(handler))({static_cast<const std::byte*>(data), size});
  return 0;
}

Status RingBufferReader::add(int map_descriptor, Handler handler) {
  auto kept = std::make_unique<Handler>(std::move(handler));
  if (rings_ == nullptr) {
    rings_ = ring_buffer__new(map_descriptor, on_record, kept.get(), nullptr);
    if (rings_ == nullptr) {
      return Error::from_errno("map a BPF ring buffer", errno);
    }
  } else if (const int error = ring_buffer__add(rings_, map_descriptor, on_record, kept.get());
             error != 0) {
    return Error::from_errno("map a BPF ring buffer", error);
  }
  handlers_.push_back(std::move(kept));
  return Success{};
}

Status RingBufferReader::poll(std::chrono::milliseconds timeout) {
  const int error = ring_buffer__poll(rings_, static_cast<int>(timeout.count()));
  if (error < 0 && error != -EINTR) {
    return Error::from_errno("wait for a BPF ring buffer", error);
  }
  // A poll that nobody woke leaves what was written without a wake-up.
  return drain();
}

Status RingBufferReader::drain() {
  const int error = ring_buffer__consume(rings_);
  if (error < 0) {
    return Error::from_errno("drain a BPF ring buffer", error);
  }
  return Success{};
}

}  // namespace culprit
