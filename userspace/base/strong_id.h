// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace culprit {

/// A number that names one kind of thing, so that two kinds of ids cannot be mixed up.
template <typename Tag, typename Number>
class StrongId {
 public:
  using NumberType = Number;

  constexpr StrongId() = default;
  explicit constexpr StrongId(Number value) : value_(value) {}

  [[nodiscard]] constexpr Number value() const { return value_; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  Number value_{};
};

}  // namespace culprit

template <typename Tag, typename Number>
struct std::hash<culprit::StrongId<Tag, Number>> {
  std::size_t operator()(culprit::StrongId<Tag, Number> id) const noexcept {
    return std::hash<Number>{}(id.value());
  }
};
