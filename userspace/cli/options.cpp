// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/display_text.h"
#include "cli/quantities.h"
#include "cli/selectors.h"

namespace culprit {
namespace {

/// Nobody waits that long: `record` ends when it is interrupted.
constexpr std::chrono::milliseconds kUntilInterrupted = std::chrono::hours(24 * 365);

/// The value of every option as it was typed; checked only after CLI11 has split the line.
struct TypedOptions {
  std::string duration;
  std::string frequency;
  std::string event;
  std::vector<std::string> containers;
  std::vector<std::string> pods;
  std::vector<std::string> labels;
  std::string format;
  std::string out_directory;
  std::string min_confidence;
  std::string fail_on;
  std::string fail_confidence;
  std::string max_overhead;
  bool no_inlines = false;
  std::string btf_file;
  std::vector<std::string> rungs;
  std::string docker_socket;
  bool version = false;
  std::string recording;
  std::string from;
  std::string to;
  std::string by;
};

void declare_options(CLI::App& app, TypedOptions& typed) {
  app.set_help_flag("-h,--help");
  app.add_flag("--version", typed.version);
  app.add_option("--duration", typed.duration);
  app.add_option("--frequency", typed.frequency);
  app.add_option("--event", typed.event);
  app.add_option("--format", typed.format);
  app.add_option("--out", typed.out_directory);
  app.add_option("--min-confidence", typed.min_confidence);
  app.add_option("--fail-on", typed.fail_on);
  app.add_option("--fail-confidence", typed.fail_confidence);
  app.add_option("--max-overhead", typed.max_overhead);
  app.add_flag("--no-inlines", typed.no_inlines);
  app.add_option("--docker-socket", typed.docker_socket);
  app.add_option("--btf", typed.btf_file);
  app.add_option("--force-rung", typed.rungs)->expected(1)->take_all();
  // One value for each time the option is given: `--container a b` would swallow a command's name.
  app.add_option("--container", typed.containers)->expected(1)->take_all();
  app.add_option("--pod", typed.pods)->expected(1)->take_all();
  app.add_option("--label", typed.labels)->expected(1)->take_all();
}

EarlyExit usage_error(std::string_view message) {
  return {.code = ExitCode::Usage,
          .standard_output = {},
          .standard_error = fmt::format("culprit: {}\nTry 'culprit --help'.\n", message)};
}

EarlyExit page(std::string_view text) {
  return {.code = ExitCode::Ran, .standard_output = std::string(text), .standard_error = {}};
}

std::string unexpected_word(std::string_view word) {
  const std::string shown = displayable(word, 64);
  return word.starts_with('-') ? fmt::format("\"{}\" is not an option", shown)
                               : fmt::format("\"{}\" is not a command", shown);
}

/// Checks one value and stores it. Remembers the first complaint; later values are not looked at.
class Checker {
 public:
  explicit Checker(const CLI::App& app) : app_(app) {}

  template <typename Parse, typename Target>
  void take(const std::string& option, const std::string& text, Target& target, Parse parse) {
    if (complaint_ || app_.count(option) == 0) {
      return;
    }
    auto value = parse(std::string_view(text));
    if (!value) {
      complaint_ = fmt::format("{}: {}", option, value.error().message());
      return;
    }
    target = *std::move(value);
  }

  template <typename Parse, typename Target>
  void take_each(const std::string& option, const std::vector<std::string>& texts,
                 std::vector<Target>& targets, Parse parse) {
    for (const std::string& text : texts) {
      Target target;
      take(option, text, target, parse);
      targets.push_back(std::move(target));
    }
  }

  [[nodiscard]] const std::optional<std::string>& complaint() const { return complaint_; }

 private:
  const CLI::App& app_;
  std::optional<std::string> complaint_;
};

Result<bool> parse_flame_format(std::string_view text) {
  if (text == "folded" || text == "svg") {
    return text == "svg";
  }
  return Error("folded or svg");
}

Result<std::string> parse_flame_weight(std::string_view text) {
  for (const std::string_view known : {"cpu", "syscalls", "connect-failures", "write-bytes"}) {
    if (text == known) {
      return std::string(text);
    }
  }
  return Error("cpu, syscalls, connect-failures or write-bytes");
}

Result<std::chrono::milliseconds> parse_moment(std::string_view text) {
  return text == "0" ? Result(std::chrono::milliseconds(0)) : parse_duration(text);
}

/// The command, and what means something with it only.
std::optional<std::string> take_command(const CLI::App& app, const TypedOptions& typed,
                                        Options& options) {
  options.recording = typed.recording;
  options.min_confidence_given = app.count("--min-confidence") != 0;
  if (app.got_subcommand("record")) {
    options.command = Command::Record;
    options.record_to = typed.recording;
    if (app.count("--duration") == 0) {
      options.duration = kUntilInterrupted;
    }
  } else if (app.got_subcommand("report")) {
    options.command = Command::Report;
  } else if (app.got_subcommand("flame")) {
    options.command = Command::Flame;
    const CLI::App& flame = *app.get_subcommand("flame");
    Checker checker(flame);
    checker.take("--from", typed.from, options.flame.from, parse_moment);
    checker.take("--to", typed.to, options.flame.to, parse_moment);
    checker.take("--by", typed.by, options.flame.by, parse_flame_weight);
    Checker shared(app);
    shared.take("--format", typed.format, options.flame.svg, parse_flame_format);
    if (options.flame.to && *options.flame.to <= options.flame.from) {
      return "--to: is not later than --from";
    }
    return checker.complaint() ? checker.complaint() : shared.complaint();
  } else if (options.out_directory) {
    options.record_to = *options.out_directory + "/run.culprit";
  }
  return std::nullopt;
}

void declare_commands(CLI::App& app, TypedOptions& typed) {
  app.add_subcommand("investigate")->fallthrough();
  CLI::App* record = app.add_subcommand("record")->fallthrough();
  record->add_option("-o", typed.recording)->required();
  CLI::App* report = app.add_subcommand("report")->fallthrough();
  report->add_option("FILE", typed.recording)->required();
  CLI::App* flame = app.add_subcommand("flame")->fallthrough();
  flame->add_option("FILE", typed.recording)->required();
  flame->add_option("--from", typed.from);
  flame->add_option("--to", typed.to);
  flame->add_option("--by", typed.by);
}

ParseOutcome checked(const CLI::App& app, const TypedOptions& typed,
                     const CommandLineContext& context) {
  Options options;
  Checker checker(app);
  checker.take("--duration", typed.duration, options.duration, parse_duration);
  checker.take("--frequency", typed.frequency, options.frequency_hz, parse_frequency);
  checker.take("--event", typed.event, options.event, parse_event);
  checker.take_each("--container", typed.containers, options.containers, parse_container);
  checker.take_each("--pod", typed.pods, options.pods, parse_pod);
  checker.take_each("--label", typed.labels, options.labels, parse_label);
  if (!app.got_subcommand("flame")) {
    checker.take("--format", typed.format, options.format, parse_format);
  }
  checker.take("--out", typed.out_directory, options.out_directory, parse_out_directory);
  checker.take("--min-confidence", typed.min_confidence, options.min_confidence, parse_confidence);
  checker.take("--fail-on", typed.fail_on, options.fail_on, [&context](std::string_view text) {
    return parse_fail_on(text, context.is_finding_kind);
  });
  checker.take("--fail-confidence", typed.fail_confidence, options.fail_on.min_confidence,
               parse_confidence);
  checker.take("--max-overhead", typed.max_overhead, options.max_overhead_share, parse_share);
  checker.take("--docker-socket", typed.docker_socket, options.docker_socket, parse_socket_path);
  checker.take("--btf", typed.btf_file, options.btf_file, parse_readable_file);
  for (const std::string& rung : typed.rungs) {
    checker.take("--force-rung", rung, options.forced_rungs, [&options](std::string_view text) {
      return parse_rung(text, options.forced_rungs);
    });
  }
  options.inlines = !typed.no_inlines;
  if (checker.complaint()) {
    return usage_error(*checker.complaint());
  }
  if (const auto complaint = take_command(app, typed, options); complaint) {
    return usage_error(*complaint);
  }
  if (app.count("--fail-confidence") != 0 && app.count("--fail-on") == 0) {
    return usage_error("--fail-confidence: means nothing without --fail-on");
  }
  return options;
}

}  // namespace

bool FailOn::matches(std::string_view kind, bool is_culprit, double confidence) const {
  const bool named = std::ranges::find(kinds, kind) != kinds.end();
  return confidence >= min_confidence && (named || (any_culprit && is_culprit));
}

ParseOutcome parse_command_line(const std::vector<std::string>& arguments,
                                const CommandLineContext& context) {
  TypedOptions typed;
  CLI::App app;
  declare_options(app, typed);
  declare_commands(app, typed);
  app.require_subcommand(0, 1);
  app.allow_extras();
  // CLI11 takes its arguments from the back.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return page(help_page());
  } catch (const CLI::ParseError& error) {
    return usage_error(displayable(error.what(), 256));
  }
  if (typed.version) {
    return page(fmt::format("culprit {}\n", culprit_version()));
  }
  const std::vector<std::string> unexpected = app.remaining(/*recurse=*/true);
  if (!unexpected.empty()) {
    return usage_error(unexpected_word(unexpected.front()));
  }
  return checked(app, typed, context);
}

}  // namespace culprit
