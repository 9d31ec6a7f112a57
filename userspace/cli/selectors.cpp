// SPDX-License-Identifier: Apache-2.0
#include "cli/selectors.h"

#include <fmt/format.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "base/display_text.h"

namespace culprit {
namespace {

/// Longer than any container name, id, cgroup path (PATH_MAX) or label that can exist.
constexpr std::size_t kLongestSelector = 4096;

constexpr std::array<std::pair<OutputFormat, std::string_view>, 10> kFormatNames = {
    {{OutputFormat::Text, "text"},
     {OutputFormat::Json, "json"},
     {OutputFormat::Markdown, "markdown"},
     {OutputFormat::Folded, "folded"},
     {OutputFormat::Svg, "svg"},
     {OutputFormat::Html, "html"},
     {OutputFormat::Pprof, "pprof"},
     {OutputFormat::Speedscope, "speedscope"},
     {OutputFormat::Otlp, "otlp"},
     {OutputFormat::Firefox, "firefox"}}};

Error complaint(std::string_view text, std::string_view what) {
  return Error(fmt::format("\"{}\" {}", displayable(text, 64), what));
}

Status check_selector(std::string_view text) {
  if (text.empty()) {
    return Error("needs a value that is not empty");
  }
  if (text.size() > kLongestSelector) {
    return complaint(text, "is longer than any name can be");
  }
  return Success{};
}

}  // namespace

Result<SamplingEvent> parse_event(std::string_view text) {
  if (text == "cpu-clock") {
    return SamplingEvent::CpuClock;
  }
  if (text == "cycles") {
    return SamplingEvent::Cycles;
  }
  return complaint(text, "is not an event; write cpu-clock or cycles");
}

Result<OutputFormat> parse_format(std::string_view text) {
  for (const auto& [format, name] : kFormatNames) {
    if (name == text) {
      return format;
    }
  }
  std::string names;
  for (const auto& [format, name] : kFormatNames) {
    names += names.empty() ? "" : format == kFormatNames.back().first ? " or " : ", ";
    names += name;
  }
  return complaint(text, "is not a format; write " + names);
}

std::string_view format_name(OutputFormat format) {
  for (const auto& [known, name] : kFormatNames) {
    if (known == format) {
      return name;
    }
  }
  return "text";
}

Result<std::string> parse_container(std::string_view text) {
  if (Status usable = check_selector(text); !usable) {
    return std::move(usable).error();
  }
  return std::string(text);
}

Result<PodSelector> parse_pod(std::string_view text) {
  if (Status usable = check_selector(text); !usable) {
    return std::move(usable).error();
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size() ||
      text.find('/', slash + 1) != std::string_view::npos) {
    return complaint(text, "is not a pod; write namespace/name, as in default/backend-0");
  }
  return PodSelector{.pod_namespace = std::string(text.substr(0, slash)),
                     .name = std::string(text.substr(slash + 1))};
}

Result<LabelSelector> parse_label(std::string_view text) {
  if (Status usable = check_selector(text); !usable) {
    return std::move(usable).error();
  }
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return complaint(text, "is not a label; write key=value, as in app=backend");
  }
  return LabelSelector{.key = std::string(text.substr(0, equals)),
                       .value = std::string(text.substr(equals + 1))};
}

Result<FailOn> parse_fail_on(std::string_view text,
                             const std::function<bool(std::string_view)>& is_kind) {
  FailOn fail_on;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view word = text.substr(0, comma);
    if (word == "any") {
      fail_on.any_culprit = true;
    } else if (!is_kind(word)) {
      return complaint(word, "is not a kind of finding; write for example runaway_loop, or any");
    } else if (std::ranges::find(fail_on.kinds, word) == fail_on.kinds.end()) {
      fail_on.kinds.emplace_back(word);
    }
    if (comma == std::string_view::npos) {
      return fail_on;
    }
    text.remove_prefix(comma + 1);
  }
}

Result<std::string> parse_out_directory(std::string_view text) {
  if (Status usable = check_selector(text); !usable) {
    return std::move(usable).error();
  }
  std::error_code failure;
  const std::filesystem::file_status status =
      std::filesystem::status(std::filesystem::path(text), failure);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) {
    return complaint(text, "exists and is not a directory");
  }
  if (status.type() == std::filesystem::file_type::none || failure == std::errc::not_a_directory) {
    return complaint(text, fmt::format("cannot be used: {}", failure.message()));
  }
  return std::string(text);
}

Result<std::string> parse_readable_file(std::string_view text) {
  if (Status usable = check_selector(text); !usable) {
    return std::move(usable).error();
  }
  const std::string path(text);
  if (::access(path.c_str(), R_OK) != 0) {
    return complaint(text,
                     fmt::format("cannot be read: {}", std::generic_category().message(errno)));
  }
  return path;
}

Result<ForcedRungs> parse_rung(std::string_view text, ForcedRungs before) {
  std::string known;
  for (const RungName& rung : rung_names()) {
    if (rung.name == text) {
      before.*rung.flag = true;
      return before;
    }
    known += (known.empty() ? "" : ", ") + std::string(rung.name);
  }
  return complaint(text, "is not a second choice; there are " + known);
}

Result<std::string> parse_socket_path(std::string_view text) {
  if (Status usable = check_selector(text); !usable) {
    return std::move(usable).error();
  }
  if (text.size() >= sizeof(sockaddr_un::sun_path)) {
    return complaint(text, fmt::format("is too long for a socket: {} characters at most",
                                       sizeof(sockaddr_un::sun_path) - 1));
  }
  return std::string(text);
}

}  // namespace culprit
