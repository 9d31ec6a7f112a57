// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace culprit {

/// A command that has options and a help page of its own: `culprit doctor`, `culprit diff`.
struct OwnPage {
  std::string_view command;
  std::string_view text;

  /// The complaint, and where help is to be found.
  [[nodiscard]] EarlyExit usage_error(std::string_view message) const;
  /// Reads `arguments`, without the command, into the variables that `app` was given. A result ends
  /// the program: help was asked for, or the line makes no sense.
  std::optional<EarlyExit> parse(CLI::App& app, const std::vector<std::string>& arguments) const;
};

}  // namespace culprit
