// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "abi/unwind_space.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace culprit {

class SharedMaps;

/// Memory that a BPF array and this program have in common.
class SharedArray {
 public:
  SharedArray() = default;
  SharedArray(SharedArray&& other) noexcept;
  SharedArray& operator=(SharedArray&& other) noexcept;
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;
  ~SharedArray();

  /// The array was made with BPF_F_MMAPABLE.
  static Result<SharedArray> map(int map_descriptor, std::size_t bytes);

  template <typename Value>
  [[nodiscard]] std::span<Value> values() const {
    return {static_cast<Value*>(memory_), bytes_ / sizeof(Value)};
  }

 private:
  SharedArray(void* memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}

  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

/// What the kernel part knows about mappings, tables and rules. Everything is written through
/// shared memory, but for the places of address spaces and tables. Address spaces: one thread;
/// tables: one thread, which may be another one.
class UnwindMaps {
 public:
  /// The programs that use them are loaded.
  static Result<UnwindMaps> open(const SharedMaps& shared_maps);

  [[nodiscard]] std::span<culprit_unwind_mappings> mappings() const;
  [[nodiscard]] std::span<culprit_unwind_rule> rules() const;

  [[nodiscard]] Status put_space(const culprit_unwind_space_key& key,
                                 const culprit_unwind_space& space) const;
  void drop_space(const culprit_unwind_space_key& key) const;

  /// Where the blocks are from now on, until the table is dropped. Waits until no program can be
  /// using what was there before: some milliseconds.
  Result<std::span<const culprit_unwind_block>> put_table(
      std::uint32_t number, std::span<const culprit_unwind_block> blocks);
  void drop_table(std::uint32_t number);

 private:
  struct Table {
    UniqueFd map;
    SharedArray blocks;
  };

  UnwindMaps() = default;

  int spaces_ = -1;
  int tables_ = -1;
  SharedArray mappings_;
  SharedArray rules_;
  std::map<std::uint32_t, Table> loaded_;
};

}  // namespace culprit
