// SPDX-License-Identifier: Apache-2.0
#include "cli/diff_options.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <utility>

#include "cli/own_page.h"
#include "cli/selectors.h"

namespace culprit {
namespace {

constexpr std::string_view kPage =
    R"(culprit diff: what became dearer, cheaper, new or gone between two profiles

Usage: culprit diff BEFORE AFTER [--container WHO]... [--against WHO]...
                    [--format text|json|svg|html]
       culprit diff FILE --container WHO --against WHO [--format ...]

Compares two recordings (culprit record, or run.culprit of --out), or two groups
of containers of one recording, on any machine and without privileges. Each
side's samples are its on-CPU time; what is compared are shares of that time, of
functions (with what they call, and by themselves) and of containers.

A difference counts when it is at least half a point of the on-CPU time and
chance is ruled out: seconds of the recordings are the observations, and all
tests together name a difference where there is none in at most 5 of 100
comparisons. "No significant difference" is a result. Each side needs 5 seconds
at least; 30 are better. Record both for the same load.

BEFORE and AFTER may also be folded stacks, both of them: these have no times,
so differences are shown and nothing is tested.

  --container WHO        compare these containers only; may be repeated
  --against WHO          ... of the first file with these of the second, or of
                         the same one, as if each were one container
  WHO is a container's name, id prefix, cgroup path, service or image; a label
  KEY=VALUE; or NAME@VERSION, such as web@v2, where VERSION is the tag of the
  image or the value of a version label.

  --format text|json|svg|html
                         the largest changes; everything (culprit.diff/1);
                         a flame graph, red what grew, blue what shrank, with
                         the paths that are gone; the same as a page  [text]

  -h, --help             this page

Exit codes: 0 compared, whatever came out; 1 failed; 2 usage; 4 compared, but a
side had lost more than 5 % of its samples.

Examples
  culprit record -o before.culprit --duration 30s      # deploy, then
  culprit record -o after.culprit --duration 30s
  culprit diff before.culprit after.culprit
  culprit diff after.culprit --container web@v1 --against web@v2 --format html
)";

constexpr OwnPage kOwnPage{.command = "diff", .text = kPage};

std::optional<DiffFormat> parse_diff_format(std::string_view text) {
  if (text == "text") {
    return DiffFormat::Text;
  }
  if (text == "json") {
    return DiffFormat::Json;
  }
  if (text == "svg") {
    return DiffFormat::Svg;
  }
  return text == "html" ? std::optional(DiffFormat::Html) : std::nullopt;
}

std::variant<DiffOptions, EarlyExit> checked(DiffOptions options, const std::string& format,
                                             const std::vector<std::string>& files) {
  for (const auto* wishes : {&options.containers, &options.against}) {
    for (const std::string& wish : *wishes) {
      if (auto known = parse_container(wish); !known) {
        const bool first = wishes == &options.containers;
        return kOwnPage.usage_error((first ? "--container: " : "--against: ") +
                                    known.error().message());
      }
    }
  }
  const auto known_format = parse_diff_format(format);
  if (!known_format) {
    return kOwnPage.usage_error("--format: write text, json, svg or html");
  }
  options.format = *known_format;
  if (!options.against.empty() && options.containers.empty()) {
    return kOwnPage.usage_error("--against: means nothing without --container");
  }
  if (files.size() == 1 && options.against.empty()) {
    return kOwnPage.usage_error(
        "one file: say which of its containers, with --container and --against");
  }
  options.before = files.front();
  options.after = files.back();
  return options;
}

}  // namespace

std::variant<DiffOptions, EarlyExit> parse_diff_line(const std::vector<std::string>& arguments) {
  DiffOptions options;
  std::string format = "text";
  std::vector<std::string> files;
  CLI::App app;
  app.add_option("FILE", files)->required()->expected(1, 2);
  app.add_option("--container", options.containers)->expected(1)->take_all();
  app.add_option("--against", options.against)->expected(1)->take_all();
  app.add_option("--format", format);
  if (auto early = kOwnPage.parse(app, arguments)) {
    return *std::move(early);
  }
  return checked(std::move(options), format, files);
}

}  // namespace culprit
