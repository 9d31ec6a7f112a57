// SPDX-License-Identifier: Apache-2.0
#include "exporters/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "base/display_text.h"
#include "base/kernel_time.h"
#include "exporters/loss_words.h"
#include "exporters/text_layout.h"
#include "report/describe.h"

namespace culprit {
namespace {

struct UtcTime {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

UtcTime utc_of(std::chrono::system_clock::time_point time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto rest = std::chrono::floor<std::chrono::seconds>(time - day);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(rest)};
}

std::string word_process(const Profile& profile, const FindingThread& thread) {
  const ProcessProfile* process = find_process(profile, thread.process);
  const std::string name = process == nullptr ? "process" : short_name(process->comm);
  std::string text = fmt::format("{} pid {}", name, thread.process.pid.value());
  if (process != nullptr && process->inner_pid) {
    text += fmt::format(" ({} inside)", *process->inner_pid);
  }
  return text;
}

const ThreadProfile* find_thread(const Profile& profile, const FindingThread& wanted) {
  const auto found = std::find_if(
      profile.threads.begin(), profile.threads.end(), [&](const ThreadProfile& thread) {
        return thread.process == wanted.process && thread.tid == wanted.tid;
      });
  return found == profile.threads.end() ? nullptr : &*found;
}

/// Other containers of the same service that run another version of the image.
std::string word_generations(const Profile& profile, const Finding& finding,
                             const Container& accused) {
  constexpr std::size_t kMostNamed = 2;
  std::string text;
  std::size_t more = 0;
  std::size_t named = 0;
  for (std::size_t index = 0; index < profile.workloads.size(); ++index) {
    const Container& other = profile.workloads[index].container;
    const auto member = std::find_if(finding.workloads.begin(), finding.workloads.end(),
                                     [&](WorkloadIndex id) { return id.value() == index; });
    if (member != finding.workloads.end() || accused.service.empty() ||
        other.service != accused.service || other.image == accused.image ||
        other.kind != WorkloadKind::Container) {
      continue;
    }
    if (named++ >= kMostNamed) {
      ++more;
      continue;
    }
    const std::string_view tag = image_tag(other.image);
    text += fmt::format("{}{} ({}) still runs", text.empty() ? "" : ", ", short_name(other.name),
                        short_name(tag.empty() ? std::string_view(other.image) : tag));
  }
  return more == 0 ? text : text + fmt::format(", and {} more", more);
}

}  // namespace

std::string short_name(std::string_view name, std::size_t columns) {
  constexpr std::size_t kMostBytes = 4096;
  return cut_middle(displayable(name, kMostBytes), columns);
}

std::string sentence(std::string_view text) {
  constexpr std::size_t kMostBytes = 4096;
  constexpr std::size_t kMostColumns = 320;
  return cut_middle(displayable(text, kMostBytes), kMostColumns);
}

std::string word_duration(std::chrono::nanoseconds duration) {
  const double seconds = seconds_of(duration);
  if (seconds < 120) {
    return fmt::format("{:.0f} s", seconds);
  }
  if (seconds < 2 * 3600) {
    return fmt::format("{:.0f} min", seconds / 60);
  }
  if (seconds < 2 * 86400) {
    return fmt::format("{:.0f} h", seconds / 3600);
  }
  return fmt::format("{:.0f} d", seconds / 86400);
}

std::string word_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) {
    return fmt::format("{} B", bytes);
  }
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string word_percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string utc_date_time(std::chrono::system_clock::time_point time) {
  const UtcTime utc = utc_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(utc.date.year()),
                     static_cast<unsigned>(utc.date.month()), static_cast<unsigned>(utc.date.day()),
                     utc.time.hours().count(), utc.time.minutes().count(),
                     utc.time.seconds().count());
}

std::string utc_time_of_day(std::chrono::system_clock::time_point time) {
  const UtcTime utc = utc_of(time);
  return fmt::format("{:02}:{:02}:{:02}Z", utc.time.hours().count(), utc.time.minutes().count(),
                     utc.time.seconds().count());
}

std::string word_host(const Report& report) {
  const HostFacts& host = report.profile.host;
  return fmt::format("culprit {}  host {} ({} cpu{}, {})", short_name(report.run.version),
                     short_name(host.name), host.cpus, host.cpus == 1 ? "" : "s",
                     word_bytes(host.memory_bytes));
}

std::string word_window(const Report& report) {
  const Window& window = report.profile.window;
  const auto end = std::chrono::floor<std::chrono::seconds>(window.start + window.duration);
  return fmt::format("{:.1f} s to {}  {:.0f} Hz  lost {}", seconds_of(window.duration),
                     utc_time_of_day(end), window.frequency_hz, word_percent(report.lost_share));
}

std::string word_cores(double cores) {
  const bool one_or_less = std::lround(100 * cores) <= 100;
  return fmt::format("{:.2f} core{}", cores, one_or_less ? "" : "s");
}

std::string word_cost(const Report& report, const Finding& finding) {
  if (finding.workloads.empty()) {
    return fmt::format("{}, of {}", word_cores(finding.cost.total()), report.profile.host.cpus);
  }
  double elsewhere = 0;
  std::string who;
  for (const InducedCost& cost : finding.cost.induced) {
    elsewhere += cost.cores;
    who += fmt::format("{}{} {:.2f}", who.empty() ? " (" : ", ",
                       short_name(kernel_activity_name(cost.who)), cost.cores);
  }
  who += who.empty() ? "" : ")";
  return fmt::format("{} of its own + {:.2f} elsewhere{}, of {}",
                     word_cores(finding.cost.own_cores), elsewhere, who, report.profile.host.cpus);
}

std::string word_target(const FindingTarget& target) {
  const std::string_view kind = target_kind_name(target.kind);
  const std::string place = describe_target(target);
  return sentence(place == kind ? place : fmt::format("{} {}", kind, place));
}

std::string word_processes(const Profile& profile, const Finding& finding) {
  if (finding.threads.empty()) {
    return "";
  }
  const FindingThread& first = finding.threads.front();
  std::set<ProcessKey> processes;
  std::size_t siblings = 0;
  for (const FindingThread& thread : finding.threads) {
    processes.insert(thread.process);
    siblings += thread.process == first.process ? 1 : 0;
  }
  std::string text = word_process(profile, first);
  const ThreadProfile* thread = find_thread(profile, first);
  if (siblings > 1) {
    text += fmt::format(", {} threads", siblings);
  } else if (first.tid.value() != first.process.pid.value()) {
    text += fmt::format(" thread {}", thread == nullptr ? std::to_string(first.tid.value())
                                                        : short_name(thread->comm));
  }
  const std::size_t more = processes.size() - 1;
  return more == 0 ? text : text + fmt::format(", and {} more", more);
}

std::string word_since(const Profile& profile, const Finding& finding) {
  const WorkloadProfile* workload = dearest_workload(profile, finding);
  if (workload == nullptr) {
    return "";
  }
  const Container& container = workload->container;
  const std::string name = short_name(container.name);
  std::string text;
  const auto age = age_of(profile, container);
  if (age && age->count() >= 0) {
    const std::string image =
        container.image.empty() ? "" : " (" + short_name(container.image) + ")";
    text = fmt::format("{}{} started {} ago", name, image, word_duration(*age));
  }
  if (container.restarts.value_or(0) > 0) {
    text +=
        fmt::format("{}restarted {} times", text.empty() ? name + " " : ", ", *container.restarts);
  }
  const std::string others = word_generations(profile, finding, container);
  if (!others.empty()) {
    text += (text.empty() ? "" : "; ") + others;
  }
  return text;
}

std::string word_group(const Profile& profile, const Finding& finding) {
  constexpr std::size_t kMostNamed = 4;
  if (finding.workloads.size() < 2) {
    return "";
  }
  std::string text;
  for (std::size_t index = 0; index < std::min(kMostNamed, finding.workloads.size()); ++index) {
    if (finding.workloads[index].value() < profile.workloads.size()) {
      text += (text.empty() ? "" : ", ") +
              short_name(workload_name(profile.workload(finding.workloads[index])));
    }
  }
  if (finding.workloads.size() > kMostNamed) {
    text += fmt::format(" and {} more", finding.workloads.size() - kMostNamed);
  }
  return text;
}

std::string word_proof(const Finding& finding) {
  if (!finding.proof.empty()) {
    return sentence(finding.proof);
  }
  std::string text;
  for (const Evidence& evidence : finding.evidence) {
    if (!evidence.text.empty()) {
      text += (text.empty() ? "" : "; ") + evidence.text;
    }
  }
  return sentence(text);
}

std::string word_ruled_out(const RuledOut& item) {
  const std::string what = item.what.empty() ? std::string(kind_name(item.kind)) : item.what;
  return sentence(item.why.empty() ? what : what + " (" + item.why + ")");
}

std::string word_cut_stacks(const Profile& profile) {
  constexpr double kWorthSaying = 0.98;
  const double whole = whole_stack_share(profile);
  if (whole >= kWorthSaying) {
    return {};
  }
  std::string text = "stacks: " + word_percent(whole) + " whole";
  for (const auto& [reason, samples] : profile.stack_ends) {
    std::string words = reason;
    std::ranges::replace(words, '_', ' ');
    text += "; " + words + " " +
            word_percent(static_cast<double>(samples) / static_cast<double>(profile.user_stacks));
  }
  return text;
}

std::vector<std::string> word_limits(const Report& report) {
  std::vector<std::string> sentences;
  if (report.run.interrupted) {
    sentences.push_back(
        fmt::format("interrupted: this is what was seen in {:.1f} s", report.profile.seconds()));
  }
  if (report.left_out > 0) {
    sentences.push_back(fmt::format("{} weaker statement{} left out (--min-confidence)",
                                    report.left_out, report.left_out == 1 ? "" : "s"));
  }
  const std::string loss = word_losses(report.profile.lost);
  if (!loss.empty()) {
    sentences.push_back(loss);
  }
  const std::string cut_stacks = word_cut_stacks(report.profile);
  if (!cut_stacks.empty()) {
    sentences.push_back(cut_stacks);
  }
  for (const Limit& limit : report.run.limits) {
    std::string text = limit.what;
    text += limit.why.empty() ? "" : ": " + limit.why;
    text += limit.fix.empty() ? "" : "  -> " + limit.fix;
    sentences.push_back(sentence(text));
  }
  return sentences;
}

std::vector<std::int64_t> hundredths(const std::vector<CpuShare>& shares) {
  double sum = 0;
  std::vector<std::int64_t> rounded;
  for (const CpuShare& share : shares) {
    sum += share.cores;
    rounded.push_back(static_cast<std::int64_t>(std::floor(100 * share.cores)));
  }
  std::vector<std::size_t> by_rest(shares.size());
  std::iota(by_rest.begin(), by_rest.end(), 0U);
  std::stable_sort(by_rest.begin(), by_rest.end(), [&](std::size_t left, std::size_t right) {
    const auto rest = [&](std::size_t index) {
      return 100 * shares[index].cores - static_cast<double>(rounded[index]);
    };
    return rest(left) > rest(right);
  });
  std::int64_t missing =
      std::llround(100 * sum) - std::accumulate(rounded.begin(), rounded.end(), std::int64_t{0});
  for (const std::size_t index : by_rest) {
    if (missing-- <= 0) {
      break;
    }
    ++rounded[index];
  }
  return rounded;
}

}  // namespace culprit
