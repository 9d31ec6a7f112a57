// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_options.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/own_page.h"
#include "cli/selectors.h"

namespace culprit {
namespace {

constexpr std::string_view kPage =
    R"(culprit doctor: what this kernel, these rights and these cgroups allow

Usage: culprit doctor [--format text|json] [--btf FILE] [--explain-btf]

Changes nothing. Says of everything that an investigation uses whether it is
there, what stands in for it, what is lost, and what would mend it.

  --format text|json     on standard output                        [text]
  --btf FILE             a description of this kernel to be tried
  --explain-btf          what BTF is, where it was looked for, how to get it

Exit codes: 0 an investigation works here, 2 usage, 5 it does not.
)";

constexpr OwnPage kOwnPage{.command = "doctor", .text = kPage};

}  // namespace

std::variant<DoctorOptions, EarlyExit> parse_doctor_line(
    const std::vector<std::string>& arguments) {
  DoctorOptions options;
  std::string format = "text";
  CLI::App app;
  app.add_option("--format", format);
  app.add_option("--btf", options.btf_file);
  app.add_flag("--explain-btf", options.explain_btf);
  if (auto early = kOwnPage.parse(app, arguments)) {
    return *std::move(early);
  }
  const auto parsed = parse_format(format);
  if (!parsed || *parsed == OutputFormat::Markdown) {
    return kOwnPage.usage_error("--format: write text or json");
  }
  options.format = *parsed;
  if (app.count("--btf") != 0) {
    auto file = parse_readable_file(options.btf_file);
    if (!file) {
      return kOwnPage.usage_error("--btf: " + file.error().message());
    }
  }
  return options;
}

}  // namespace culprit
