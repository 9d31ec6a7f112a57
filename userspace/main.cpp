// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/display_text.h"
#include "cli/diff_options.h"
#include "cli/doctor_options.h"
#include "cli/exit_codes.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/selectors.h"
#include "detectors/finding.h"
#include "doctor/doctor.h"
#include "exporters/difference/difference_html.h"
#include "exporters/difference/difference_json.h"
#include "exporters/difference/difference_svg.h"
#include "exporters/difference/difference_text.h"
#include "exporters/exporter_registry.h"
#include "exporters/report_files.h"
#include "investigation/difference.h"
#include "investigation/investigation.h"
#include "investigation/replay.h"
#include "kernel/own_memory.h"
#include "kernel/staying_alive.h"
#include "kernel_btf.h"

namespace culprit {
namespace {

std::atomic<bool> interrupted = false;

/// The first request ends the observation, a later one the program. Who taps twice means one.
void on_signal(int signal) {
  static std::atomic<std::int64_t> first_ns = 0;
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  constexpr std::int64_t kOneTap = kNanosecondsPerSecond / 2;
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  const std::int64_t now = time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
  if (interrupted && now - first_ns > kOneTap) {
    std::signal(signal, SIG_DFL);
    ::raise(signal);
  } else if (!interrupted) {
    first_ns = now;
    interrupted = true;
  }
}

/// Whoever started us with a signal ignored (nohup, a shell's background job) wants it ignored.
void watch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited {};
    if (::sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler != SIG_IGN) {
      ::sigaction(signal, &action, nullptr);
    }
  }
  // A reader that goes away must not take the files of --out with it.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of write(), as a full disk is
}

/// A standard stream that is closed would be given to the next file or socket that is opened, and
/// be written to. True when standard output was open.
bool occupy_standard_streams() {
  const bool output_open = ::fcntl(STDOUT_FILENO, F_GETFD) >= 0;
  for (int lowest = 0; lowest <= STDERR_FILENO;) {
    lowest = ::open("/dev/null", O_RDWR);
    if (lowest < 0) {
      break;
    }
    if (lowest > STDERR_FILENO) {
      ::close(lowest);
    }
  }
  return output_open;
}

/// Whoever reads our output may have made the pipe non-blocking for both of us. One who does not
/// read at all must not keep us for ever.
bool becomes_writable(int descriptor) {
  constexpr int kPatienceMilliseconds = 60'000;
  pollfd wanted{.fd = descriptor, .events = POLLOUT, .revents = 0};
  const int ready = ::poll(&wanted, 1, kPatienceMilliseconds);
  if (ready == 0) {
    errno = EAGAIN;
  }
  return ready > 0 || (ready < 0 && errno == EINTR);
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && (errno == EINTR || (errno == EAGAIN && becomes_writable(descriptor)))) {
      continue;
    }
    if (written < 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Line by line: a path in it may hold what a terminal obeys.
void complain(std::string_view message) {
  constexpr std::size_t kLongestLine = 4096;
  std::string text = "culprit: ";
  for (;;) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    text += displayable(message.substr(0, end), kLongestLine) + "\n";
    if (end == message.size()) {
      break;
    }
    message.remove_prefix(end + 1);
  }
  write_all(STDERR_FILENO, text);
}

bool speaks_utf8() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (value != nullptr && *value != '\0') {
      const std::string_view text = value;
      return text.find("UTF-8") != std::string_view::npos ||
             text.find("utf8") != std::string_view::npos;
    }
  }
  return false;
}

/// What goes to standard output, and the files of --out. False when something could not be written.
bool deliver(const Report& report, const Options& options) {
  TextOptions text{.colours = ::isatty(STDOUT_FILENO) == 1, .ascii = !speaks_utf8()};
  bool delivered = true;
  if (options.out_directory) {
    auto files = write_report_files(report, *options.out_directory);
    if (files) {
      text.output_directory = *options.out_directory;
      text.output_files = std::move(*files);
      if (options.record_to) {
        text.output_files.emplace_back("run.culprit");
      }
    } else {
      complain(files.error().message());
      delivered = false;
    }
  }
  const auto exporter = make_exporter(format_name(options.format), text);
  if (!write_all(STDOUT_FILENO, exporter->write(report))) {
    complain(Error::from_errno("write the report to standard output", errno).message());
    delivered = false;
  }
  return delivered;
}

bool fails_on(const Report& report, const FailOn& fail_on) {
  return std::ranges::any_of(report.findings, [&](const RankedFinding& ranked) {
    const Finding& finding = ranked.finding;
    return fail_on.matches(kind_name(finding.kind), finding.role == FindingRole::Culprit,
                           finding.confidence);
  });
}

bool write_result(std::string_view text) {
  if (write_all(STDOUT_FILENO, text)) {
    return true;
  }
  complain(Error::from_errno("write to standard output", errno).message());
  return false;
}

/// False when the recording has not become what was asked for.
bool tell_of_recording(const Report& report, const Options& options) {
  bool whole = true;
  for (const Limit& limit : report.run.limits) {
    if (limit.what == "recording") {
      complain(*options.record_to + ": " + limit.why);
      whole = false;
    }
  }
  return write_result(report.verdict.headline + "\n") && whole;
}

ExitCode report_again(const Options& options) {
  const auto report = report_of_file(options);
  if (!report) {
    complain(report.error().message());
    return ExitCode::Failed;
  }
  if (!deliver(*report, options)) {
    return ExitCode::Failed;
  }
  return exit_code_of(
      {.fail_on_matched = fails_on(*report, options.fail_on), .lost_share = report->lost_share});
}

ExitCode draw_flames(const Options& options) {
  const auto drawn = flames_of_file(options);
  if (!drawn) {
    complain(drawn.error().message());
    return ExitCode::Failed;
  }
  if (!drawn->note.empty()) {
    complain(drawn->note);
  }
  return write_result(drawn->bytes) ? ExitCode::Ran : ExitCode::Failed;
}

ExitCode investigate(const Options& options, const std::vector<std::string>& arguments) {
  const bool new_folder =
      options.out_directory && ::access(options.out_directory->c_str(), F_OK) != 0;
  if (options.out_directory) {
    if (auto usable = check_report_folder(*options.out_directory); !usable) {
      complain(usable.error().message());
      return ExitCode::Failed;
    }
  }
  watch_signals();
  auto begun = Investigation::begin(options, arguments);
  if (const auto* obstacle = std::get_if<CannotBegin>(&begun)) {
    complain(obstacle->message);
    if (new_folder) {
      ::rmdir(options.out_directory->c_str());  // made for this run, and empty
    }
    return obstacle->code;
  }
  Progress progress(STDERR_FILENO, options.duration);
  const Report report = std::get<std::unique_ptr<Investigation>>(begun)->run(progress, interrupted);
  progress.clear();
  if (options.command == Command::Record ? !tell_of_recording(report, options)
                                         : !deliver(report, options)) {
    return ExitCode::Failed;
  }
  return exit_code_of(
      {.fail_on_matched = fails_on(report, options.fail_on), .lost_share = report.lost_share});
}

ExitCode leave_early(const EarlyExit& early) {
  const bool written =
      write_result(early.standard_output) && write_all(STDERR_FILENO, early.standard_error);
  return written ? early.code : ExitCode::Failed;
}

ExitCode run_doctor(const std::vector<std::string>& arguments) {
  const auto parsed = parse_doctor_line(arguments);
  if (const auto* early = std::get_if<EarlyExit>(&parsed)) {
    return leave_early(*early);
  }
  const auto& options = std::get<DoctorOptions>(parsed);
  if (options.explain_btf) {
    return write_result(explain_btf(kernel_release())) ? ExitCode::Ran : ExitCode::Failed;
  }
  const Checkup checkup = examine_host(options);
  const std::string text = options.format == OutputFormat::Json
                               ? write_checkup_json(checkup)
                               : write_checkup_text(checkup, /*ascii=*/!speaks_utf8());
  if (!write_result(text)) {
    return ExitCode::Failed;
  }
  return checkup.can_investigate() ? ExitCode::Ran : ExitCode::CouldNotObserve;
}

std::string written_difference(const Comparison& comparison, DiffFormat format) {
  switch (format) {
    case DiffFormat::Json:
      return difference_json(comparison);
    case DiffFormat::Svg:
      return difference_svg(comparison);
    case DiffFormat::Html:
      return difference_html(comparison);
    case DiffFormat::Text:
      break;
  }
  return difference_text(comparison,
                         {.colours = ::isatty(STDOUT_FILENO) == 1, .ascii = !speaks_utf8()});
}

ExitCode run_diff(const std::vector<std::string>& arguments) {
  const auto parsed = parse_diff_line(arguments);
  if (const auto* early = std::get_if<EarlyExit>(&parsed)) {
    return leave_early(*early);
  }
  const auto& options = std::get<DiffOptions>(parsed);
  const auto difference = difference_of_files(options);
  if (!difference) {
    complain(difference.error().message());
    return ExitCode::Failed;
  }
  if (!write_result(written_difference(difference->comparison, options.format))) {
    return ExitCode::Failed;
  }
  return exit_code_of({.lost_share = difference->lost_share});
}

ExitCode run(const std::vector<std::string>& arguments, bool output_open) {
  if (!output_open) {
    complain("standard output is closed: there is nowhere to write the report to");
    return ExitCode::Failed;
  }
  if (!arguments.empty() && arguments.front() == "doctor") {
    return run_doctor({arguments.begin() + 1, arguments.end()});
  }
  if (!arguments.empty() && arguments.front() == "diff") {
    return run_diff({arguments.begin() + 1, arguments.end()});
  }
  const auto parsed = parse_command_line(arguments, {.is_finding_kind = [](std::string_view name) {
                                           return kind_from_name(name).has_value();
                                         }});
  if (const auto* early = std::get_if<EarlyExit>(&parsed)) {
    return leave_early(*early);
  }
  const auto& options = std::get<Options>(parsed);
  switch (options.command) {
    case Command::Report:
      return report_again(options);
    case Command::Flame:
      return draw_flames(options);
    case Command::Investigate:
    case Command::Record:
      return investigate(options, arguments);
  }
  return ExitCode::Usage;
}

}  // namespace
}  // namespace culprit

int main(int argc, char** argv) {
  const bool output_open = culprit::occupy_standard_streams();
  culprit::keep_heap_small();
  // First of all: on a starving host every instruction before this one may take a second.
  static_cast<void>(culprit::reserve_cpu(culprit::Tid(0), culprit::kReportReservation));
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return culprit::number_of(culprit::run(arguments, output_open));
  } catch (const std::bad_alloc&) {
    culprit::complain("this process may not have the memory that it needs");
    return culprit::number_of(culprit::ExitCode::Failed);
  } catch (const std::exception& failure) {
    culprit::complain(failure.what());
    return culprit::number_of(culprit::ExitCode::Failed);
  }
}
