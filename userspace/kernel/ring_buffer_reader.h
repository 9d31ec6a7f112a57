// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

struct ring_buffer;

namespace culprit {

/// Drains BPF ring buffers. One thread calls poll(); handlers run inside of it.
class RingBufferReader {
 public:
  using Handler = std::function<void(std::span<const std::byte>)>;

  static Result<std::unique_ptr<RingBufferReader>> open();
  RingBufferReader(const RingBufferReader&) = delete;
  RingBufferReader& operator=(const RingBufferReader&) = delete;
  ~RingBufferReader();

  /// `handler` is called for each record of this ring, in order of reservation.
  Status add(int map_descriptor, Handler handler);
  /// Waits for a wake-up at most this long, then drains every ring. An interrupted wait is no
  /// error.
  Status poll(std::chrono::milliseconds timeout);
  Status drain();

 private:
  RingBufferReader() = default;
  static int on_record(void* handler, void* data, std::size_t size) noexcept;

  ring_buffer* rings_ = nullptr;                    ///< made with the first ring
  std::vector<std::unique_ptr<Handler>> handlers_;  ///< libbpf keeps their addresses
};

}  // namespace culprit
