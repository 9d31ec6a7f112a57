// SPDX-License-Identifier: Apache-2.0
#include "cli/own_page.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/display_text.h"

namespace culprit {

EarlyExit OwnPage::usage_error(std::string_view message) const {
  return {.code = ExitCode::Usage,
          .standard_output = {},
          .standard_error =
              fmt::format("culprit {0}: {1}\nTry 'culprit {0} --help'.\n", command, message)};
}

std::optional<EarlyExit> OwnPage::parse(CLI::App& app,
                                        const std::vector<std::string>& arguments) const {
  app.set_help_flag("-h,--help");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return EarlyExit{.code = ExitCode::Ran, .standard_output = std::string(text)};
  } catch (const CLI::ParseError& error) {
    return usage_error(displayable(error.what(), 256));
  }
  return std::nullopt;
}

}  // namespace culprit
