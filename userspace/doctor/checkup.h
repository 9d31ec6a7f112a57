// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace culprit {

enum class Health : std::uint8_t {
  Works,
  Fallback,  ///< something else stands in, or a little is lost
  Missing,   ///< what it is for is lost
};

/// One thing that an investigation uses, and how it is here. Texts are displayable.
struct Check {
  std::string section;
  std::string name;
  Health health = Health::Works;
  std::string found;      ///< what was seen
  std::string lost;       ///< what the user goes without; empty when it works
  std::string mend;       ///< a command, or what to do; empty when nothing helps
  bool required = false;  ///< without it there is no investigation
};

/// Everything that was looked at, in the order in which it is told.
struct Checkup {
  std::string version;
  std::string kernel;
  std::vector<Check> checks;

  /// True when nothing that is required is missing.
  [[nodiscard]] bool can_investigate() const;
};

}  // namespace culprit
