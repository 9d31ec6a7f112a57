// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

struct bpf_object;

namespace culprit {

/// The maps that several BPF objects have in common, by name: the first object that is loaded
/// makes them, the others use the same ones.
class SharedMaps {
 public:
  /// Before the first object is loaded: entries of hash maps are to get memory when they are made.
  void allocate_on_demand() { on_demand_ = true; }
  /// Between open and load of every object.
  Status before_load(bpf_object* object);
  /// After load: keeps the maps this object made.
  Status after_load(bpf_object* object);
  /// Adds a key with the value 1 to a set kept as a hash of 64-bit keys and bytes.
  Status add_key(const std::string& name, std::uint64_t key);
  /// Writes one value of a hash. Error: it is full, or not there.
  [[nodiscard]] Status put(const std::string& name, std::span<const std::byte> key,
                           std::span<const std::byte> value) const;
  void drop(const std::string& name, std::span<const std::byte> key) const;
  /// -1 when no object has made it yet.
  [[nodiscard]] int descriptor(const std::string& name) const;

 private:
  bool on_demand_ = false;
  std::map<std::string, UniqueFd> maps_;
};

}  // namespace culprit
