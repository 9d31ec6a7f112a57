// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace culprit {

/// Rows by key, of which containers can ask for any number. Beyond `limit` rows a new key is
/// counted in a coarser row, beyond twice as many in the coarsest; of those there are few by their
/// nature.
template <typename Key, typename Row, typename Hash>
class BoundedRows {
 public:
  explicit BoundedRows(std::size_t limit) : limit_(limit) {}

  Row& at(const Key& key, const Key& coarser, const Key& coarsest) {
    if (Row* row = find_or_add(key, limit_); row != nullptr) {
      return *row;
    }
    ++folded_;
    Row* row = find_or_add(coarser, 2 * limit_);
    return row != nullptr ? *row : rows_[coarsest];
  }

  /// How often a coarser row had to do.
  [[nodiscard]] std::uint64_t folded() const { return folded_; }
  [[nodiscard]] auto begin() const { return rows_.begin(); }
  [[nodiscard]] auto end() const { return rows_.end(); }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  Row* find_or_add(const Key& key, std::size_t limit) {
    const auto known = rows_.find(key);
    if (known != rows_.end()) {
      return &known->second;
    }
    return rows_.size() < limit ? &rows_[key] : nullptr;
  }

  std::size_t limit_;
  std::uint64_t folded_ = 0;
  std::unordered_map<Key, Row, Hash> rows_;
};

}  // namespace culprit
