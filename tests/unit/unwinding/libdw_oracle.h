// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "unit/unwinding/imagined_machine.h"

namespace culprit::test {

/// What elfutils makes of a file's .eh_frame, as an opinion that is independent of ours.
class LibdwOracle {
 public:
  explicit LibdwOracle(const std::string& path);
  LibdwOracle(const LibdwOracle&) = delete;
  LibdwOracle& operator=(const LibdwOracle&) = delete;
  ~LibdwOracle();

  [[nodiscard]] bool ready() const;
  /// The frame of the function at the machine's instruction pointer.
  [[nodiscard]] UnwoundFrame unwind(const ImaginedMachine& machine) const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace culprit::test
