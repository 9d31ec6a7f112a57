// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/exit_codes.h"
#include "cli/forced_rungs.h"

namespace culprit {

enum class Command : std::uint8_t { Investigate, Record, Report, Flame };

enum class OutputFormat : std::uint8_t {
  Text,
  Json,
  Markdown,
  Folded,
  Svg,
  Html,
  Pprof,
  Speedscope,
  Otlp,
  Firefox
};

/// What drives the CPU sampler.
enum class SamplingEvent : std::uint8_t { CpuClock, Cycles };

/// --pod NS/NAME
struct PodSelector {
  std::string pod_namespace;
  std::string name;

  bool operator==(const PodSelector&) const = default;
};

/// --label K=V; the value may be empty.
struct LabelSelector {
  std::string key;
  std::string value;

  bool operator==(const LabelSelector&) const = default;
};

/// --fail-on and --fail-confidence: which findings make the run end with FailOnMatched.
struct FailOn {
  bool any_culprit = false;
  std::vector<std::string> kinds;
  double min_confidence = 0.8;

  /// `is_culprit` tells findings of the role culprit from contributing ones: "any" means the first
  /// only, a kind that is named means both.
  [[nodiscard]] bool matches(std::string_view kind, bool is_culprit, double confidence) const;
};

/// What `culprit flame` draws.
struct FlameOptions {
  bool svg = true;  ///< else folded
  std::chrono::milliseconds from{0};
  std::optional<std::chrono::milliseconds> to;
  std::string by = "cpu";  ///< cpu, syscalls, connect-failures, write-bytes
};

/// One investigation, as asked for on the command line. Every value is within its limits.
struct Options {
  Command command = Command::Investigate;
  /// Where what is observed is kept, if it is.
  std::optional<std::string> record_to;
  std::string recording;  ///< that report and flame read
  FlameOptions flame;
  std::chrono::milliseconds duration = std::chrono::seconds(10);
  std::uint32_t frequency_hz = 99;
  SamplingEvent event = SamplingEvent::CpuClock;
  std::vector<std::string> containers;  ///< name, id prefix or cgroup path, as typed
  std::vector<PodSelector> pods;
  std::vector<LabelSelector> labels;
  OutputFormat format = OutputFormat::Text;
  std::optional<std::string> out_directory;
  double min_confidence = 0.3;
  bool min_confidence_given = false;  ///< else a recording's own is meant
  FailOn fail_on;
  double max_overhead_share = 0.02;  ///< of the CPUs
  std::optional<std::string> docker_socket;
  std::string btf_file;      ///< describes the kernel; empty: found by itself
  ForcedRungs forced_rungs;  ///< for tests
  bool inlines = true;  ///< functions that the compiler put into others are frames of their own

  /// False when the whole host is looked at.
  [[nodiscard]] bool narrowed() const {
    return !containers.empty() || !pods.empty() || !labels.empty();
  }
};

/// The command line asked for no investigation, or for one that cannot be: print and leave.
struct EarlyExit {
  ExitCode code = ExitCode::Ran;
  std::string standard_output;
  std::string standard_error;
};

using ParseOutcome = std::variant<Options, EarlyExit>;

/// What the command line must be checked against and this folder does not know.
struct CommandLineContext {
  std::function<bool(std::string_view)> is_finding_kind;
};

/// "0.1.0"
std::string_view culprit_version();

/// The page that --help prints.
std::string_view help_page();

/// Reads the arguments after the program's name. Looks at the file system once, to refuse an --out
/// that is no directory before ten seconds are spent; touches nothing.
ParseOutcome parse_command_line(const std::vector<std::string>& arguments,
                                const CommandLineContext& context);

}  // namespace culprit
