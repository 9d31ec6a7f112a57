// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace culprit {

/// Why an operation failed: a sentence for the reader, and the errno when the kernel gave one.
class [[nodiscard]] Error {
 public:
  explicit Error(std::string message, int error_number = 0)
      : message_(std::move(message)), error_number_(error_number) {}

  /// "cannot <attempted>: <strerror>". Takes errno or libbpf's negative errno.
  static Error from_errno(std::string_view attempted, int error_number);

  /// Adds what the caller knows: "<context>: <message>".
  Error within(std::string_view context) &&;

  [[nodiscard]] const std::string& message() const { return message_; }
  /// 0 when the failure did not come with an errno.
  [[nodiscard]] int error_number() const { return error_number_; }

 private:
  std::string message_;
  int error_number_;
};

/// A T, or the Error that prevented it. A subset of C++23's std::expected<T, Error>, which
/// Debian 12's clang cannot see; the names are the same so that a `using` can replace it.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return has_value(); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const& { return *std::get_if<Error>(&state_); }
  [[nodiscard]] Error&& error() && { return std::move(*std::get_if<Error>(&state_)); }

  [[nodiscard]] T value_or(T fallback) && {
    return has_value() ? std::move(value()) : std::move(fallback);
  }

 private:
  T& value() {
    assert(has_value());
    return *std::get_if<T>(&state_);
  }
  [[nodiscard]] const T& value() const {
    assert(has_value());
    return *std::get_if<T>(&state_);
  }

  std::variant<T, Error> state_;
};

/// The value of an operation that either works or fails, with nothing to hand over.
struct Success {};
using Status = Result<Success>;

}  // namespace culprit
