// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"

namespace culprit {

/// Takes the entries out of a hash map of counters, so that what is counted from then on is new and
/// the map has room again. Batches are small: CPU samples are not taken on this CPU meanwhile.
template <typename Key, typename Value>
class DrainedMap {
  static_assert(std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>);

 public:
  using Visit = std::function<void(const Key&, const Value&)>;

  explicit DrainedMap(int map_descriptor) : map_(map_descriptor) {}

  /// Calls `visit` once for each entry that was there. An increment that is under way on another
  /// CPU while its entry is taken out may be missed: one count, never more.
  Status drain(const Visit& visit) {
    if (!batches_work_) {
      return drain_by_key(visit);
    }
    std::vector<Key> keys(kBatch);
    std::vector<Value> values(kBatch);
    std::uint64_t position = 0;  // the kernel keeps 4 bytes there
    void* in = nullptr;
    for (;;) {
      auto count = static_cast<std::uint32_t>(keys.size());
      const int error = bpf_map_lookup_and_delete_batch(map_, in, &position, keys.data(),
                                                        values.data(), &count, nullptr);
      if (error == -ENOSPC && keys.size() < kLargestBatch) {  // a crowded bucket
        keys.resize(keys.size() * 2);
        values.resize(values.size() * 2);
        continue;
      }
      if (error != 0 && error != -ENOENT) {
        batches_work_ = in != nullptr;
        return in == nullptr ? drain_by_key(visit) : Error::from_errno("read a BPF map", error);
      }
      for (std::uint32_t index = 0; index < count; ++index) {
        visit(keys[index], values[index]);
      }
      if (error == -ENOENT) {
        return Success{};
      }
      in = &position;
    }
  }

 private:
  static constexpr std::size_t kBatch = 256;
  static constexpr std::size_t kLargestBatch = 16384;

  Status drain_by_key(const Visit& visit) {
    std::vector<Key> keys;
    Key key{};
    Key next{};
    const void* previous = nullptr;
    while (keys.size() < kLargestBatch && bpf_map_get_next_key(map_, previous, &next) == 0) {
      keys.push_back(next);
      key = next;
      previous = &key;
    }
    for (const Key& found : keys) {
      Value value{};
      if (bpf_map_lookup_elem(map_, &found, &value) == 0 &&
          bpf_map_delete_elem(map_, &found) == 0) {
        visit(found, value);
      }
    }
    return Success{};
  }

  int map_;
  bool batches_work_ = true;
};

}  // namespace culprit
