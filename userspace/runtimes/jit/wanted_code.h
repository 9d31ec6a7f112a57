// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "symbols/worker_message.h"

namespace culprit {

/// Addresses in code that was made at run time, and what is known of each so far.
class WantedCode {
 public:
  /// From a question: addresses of 8 bytes each, ascending. Error: it is none.
  static Result<WantedCode> of_question(std::span<const std::byte> question);
  static std::vector<std::byte> question(std::span<const std::uint64_t> ascending);

  /// The addresses in a piece of code; what was told of them before is no longer true, for memory
  /// of code is used again.
  struct Place {
    std::uint64_t address;
    AnsweredFrame* frame;
  };
  std::vector<Place> tell(std::uint64_t start, std::uint64_t size, std::string_view function);

  /// One answer for each address, in their order; encode()d for the way back.
  [[nodiscard]] std::vector<std::byte> answer() const;

 private:
  std::vector<std::uint64_t> addresses_;
  std::vector<AnsweredFrame> frames_;  ///< without a function: not known
};

}  // namespace culprit
