// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace culprit {

/// Reads a hash map of plain keys and values in small batches. Reading costs CPU samples: perf
/// programs do not run while the bpf system call does on that CPU, so maps stay small and batches
/// short.
template <typename Key, typename Value>
class BpfMapReader {
  static_assert(std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>);

 public:
  explicit BpfMapReader(int map_descriptor) : map_(map_descriptor) {}

  /// Calls `visit` for every entry; entries changed meanwhile are seen before or after the change.
  Status for_each(const std::function<void(const Key&, const Value&)>& visit) const {
    constexpr std::uint32_t kBatch = 256;
    std::vector<Key> keys(kBatch);
    std::vector<Value> values(kBatch);
    // Opaque to us: the kernel keeps a bucket number there. As large as a key, at least 4 bytes.
    std::vector<std::byte> position(sizeof(Key) < 8 ? 8 : sizeof(Key));
    void* in = nullptr;
    for (;;) {
      std::uint32_t count = kBatch;
      const int error = bpf_map_lookup_batch(map_, in, position.data(), keys.data(), values.data(),
                                             &count, nullptr);
      if (error != 0 && error != -ENOENT) {
        if (error == -ENOSPC && keys.size() < kLargestBatch) {
          // One bucket holds more than a batch.
          keys.resize(keys.size() * 2);
          values.resize(values.size() * 2);
          continue;
        }
        return in == nullptr ? for_each_by_key(visit) : Error::from_errno("read a BPF map", error);
      }
      for (std::uint32_t index = 0; index < count; ++index) {
        visit(keys[index], values[index]);
      }
      if (error == -ENOENT) {
        return Success{};
      }
      in = position.data();
    }
  }

 private:
  static constexpr std::size_t kLargestBatch = 65536;

  /// For map types without batches (before 5.6, or LRU variants of some kernels).
  Status for_each_by_key(const std::function<void(const Key&, const Value&)>& visit) const {
    Key key{};
    Value value{};
    const void* previous = nullptr;
    while (bpf_map_get_next_key(map_, previous, &key) == 0) {
      if (bpf_map_lookup_elem(map_, &key, &value) == 0) {
        visit(key, value);
      }
      previous = &key;
    }
    return errno == ENOENT ? Status(Success{}) : Status(Error::from_errno("read a BPF map", errno));
  }

  int map_;
};

/// The sums over all CPUs of a per-CPU array of counters; empty when it cannot be read.
std::vector<std::uint64_t> read_per_cpu_counters(int map_descriptor, std::uint32_t entries);

}  // namespace culprit
