// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "capture/cell_limits.h"
#include "capture/database.h"
#include "capture/enum_limits.h"
#include "capture/json_cells.h"
#include "samples/task.h"

namespace culprit {

using WallTime = std::chrono::system_clock::time_point;

template <typename Id>
concept IsStrongId = requires {
  typename Id::NumberType;
};
template <typename Value>
concept IsList = requires(const Value& value) {
  json_of(value);
};

/// What stands as a small number in many rows, once in a table of its own.
struct Numbering {
  std::function<std::int64_t(StackHash)> of_stack;
  std::function<std::int64_t(const Task&)> of_task;
};

/// Binds the members of a row to a statement's parameters, in the order of columns().
class RowBinder {
 public:
  RowBinder(Statement& statement, KernelTime window_start, const Numbering& numbering)
      : statement_(statement), start_(window_start), numbering_(numbering) {}

  /// The parameters before the row's own.
  template <typename... Keys>
  RowBinder& after(Keys... keys) {
    (statement_.bind(index_++, static_cast<std::int64_t>(keys)), ...);
    return *this;
  }

  template <typename Value>
  void operator()(std::string_view /*name*/, const Value& value) {
    put(value);
    ++index_;
  }

 private:
  template <std::integral Value>
  void put(Value value) {
    statement_.bind(index_, static_cast<std::int64_t>(value));
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void put(Enum value) { statement_.bind(index_, static_cast<std::int64_t>(value)); }
  template <IsStrongId Id>
  void put(Id id) {
    put(id.value());
  }
  void put(StackHash hash) { statement_.bind(index_, numbering_.of_stack(hash)); }
  void put(const Task& task) { statement_.bind(index_, numbering_.of_task(task)); }
  void put(KernelTime time) { put(std::chrono::nanoseconds(time - start_).count()); }
  void put(std::chrono::nanoseconds duration) { put(duration.count()); }
  void put(WallTime time) {
    put(std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
  }
  void put(double value) { statement_.bind(index_, value); }
  void put(const std::string& text) {
    statement_.bind(index_, std::string_view(text).substr(0, kLongestText));
  }
  template <typename Value>
  void put(const std::optional<Value>& value) {
    if (value) {
      put(*value);
    } else {
      statement_.bind_null(index_);
    }
  }
  template <IsList Value>
  void put(const Value& list) {
    if (list == Value{}) {
      statement_.bind_null(index_);
    } else {
      statement_.bind(index_, std::string_view(json_of(list)));
    }
  }
  void put(const std::vector<DiskUsage>& disks) {
    statement_.bind(index_, std::string_view(json_of(disks)));
  }
  void put(const Pressure& pressure) {
    statement_.bind(index_, std::string_view(json_of(pressure)));
  }

  Statement& statement_;
  KernelTime start_;
  const Numbering& numbering_;
  int index_ = 0;
};

/// What the small numbers stand for; nothing for a number that was never given.
struct NumberLookup {
  std::function<const StackHash*(std::int64_t)> stack;
  std::function<const Task*(std::int64_t)> task;
};

/// Reads a row's members from a query's columns, in the order of columns(). A value that no writer
/// of ours writes makes the row damaged.
class RowReader {
 public:
  RowReader(const Statement& statement, KernelTime window_start, const NumberLookup& numbers,
            int first_column = 0)
      : statement_(statement), start_(window_start), numbers_(numbers), index_(first_column) {}

  template <typename Value>
  void operator()(std::string_view /*name*/, Value& value) {
    intact_ = take(value) && intact_;
    ++index_;
  }

  [[nodiscard]] bool intact() const { return intact_; }

 private:
  [[nodiscard]] std::int64_t integer() const { return statement_.integer(index_); }

  template <std::integral Value>
  bool take(Value& value) {
    const std::int64_t stored = integer();
    value = static_cast<Value>(stored);
    return statement_.is_integer(index_) && static_cast<std::int64_t>(value) == stored;
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  bool take(Enum& value) {
    const std::int64_t stored = integer();
    if (stored < 0 || stored > static_cast<std::int64_t>(kLargest<Enum>)) {
      return false;
    }
    value = static_cast<Enum>(stored);
    return true;
  }
  template <IsStrongId Id>
  bool take(Id& id) {
    typename Id::NumberType number{};
    const bool good = take(number);
    id = Id(number);
    return good;
  }
  bool take(StackHash& hash) { return look_up(numbers_.stack, hash); }
  bool take(Task& task) { return look_up(numbers_.task, task); }
  template <typename Lookup, typename Value>
  bool look_up(const Lookup& lookup, Value& value) {
    const Value* known = lookup(integer());
    if (known == nullptr) {
      return false;
    }
    value = *known;
    return true;
  }
  bool take(KernelTime& time) {
    std::chrono::nanoseconds since{0};
    const bool good = take(since);
    time = start_ + since;
    return good;
  }
  bool take(std::chrono::nanoseconds& duration) {
    duration = std::chrono::nanoseconds(integer());
    if (!is_plausible(duration)) {
      duration = std::chrono::nanoseconds(0);
      return false;
    }
    return statement_.is_integer(index_);
  }
  bool take(WallTime& time) {
    // The difference of two such times must fit as well.
    constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max() / 2;
    const std::int64_t stored = integer();
    const bool good = statement_.is_integer(index_) && stored >= 0 && stored <= kLatest;
    time = WallTime(std::chrono::nanoseconds(good ? stored : 0));
    return good;
  }
  bool take(double& value) {
    value = statement_.real(index_);
    return std::isfinite(value);
  }
  bool take(std::string& text) {
    const std::string_view bytes = statement_.bytes(index_);
    text = bytes.substr(0, kLongestText);
    return bytes.size() <= kLongestText;
  }
  template <typename Value>
  bool take(std::optional<Value>& value) {
    if (statement_.is_null(index_)) {
      value.reset();
      return true;
    }
    return take(value.emplace());
  }
  template <IsList Value>
  bool take(Value& list) {
    return statement_.is_null(index_) || from_json(statement_.bytes(index_), list);
  }

  const Statement& statement_;
  KernelTime start_;
  const NumberLookup& numbers_;
  int index_;
  bool intact_ = true;
};

/// ", name" of every column of a row.
class ColumnNames {
 public:
  template <typename Value>
  void operator()(std::string_view name, const Value& /*value*/) {
    names_ += names_.empty() ? "" : ", ";
    names_ += name;
    marks_ += ", ?";
  }
  [[nodiscard]] const std::string& names() const { return names_; }
  [[nodiscard]] const std::string& marks() const { return marks_; }

 private:
  std::string names_;
  std::string marks_;
};

template <typename Row>
ColumnNames column_names() {
  ColumnNames names;
  const Row row{};
  columns(names, row);
  return names;
}

}  // namespace culprit
