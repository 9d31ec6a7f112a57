// SPDX-License-Identifier: Apache-2.0
#include "doctor/rights.h"

#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace culprit {
namespace {

constexpr const char* kSection = "rights";
constexpr const char* kAsRoot = "run it as root: sudo culprit";

struct WantedRight {
  int number;
  std::string_view name;
  std::string_view use;   ///< what it is for
  std::string_view lost;  ///< without it
  bool required = false;
  bool of_admin = false;  ///< CAP_SYS_ADMIN includes it
};

constexpr std::array kWanted = {
    WantedRight{CAP_BPF, "CAP_BPF", "load BPF programs", "everything", true, true},
    WantedRight{CAP_PERFMON, "CAP_PERFMON", "sample CPUs, read kernel memory in BPF", "everything",
                true, true},
    WantedRight{CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "read which files other processes have mapped",
                "function names and whole stacks of other users' processes"},
    WantedRight{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "open other users' programs",
                "names in programs that not everybody may read; container state on disk"},
    WantedRight{CAP_CHECKPOINT_RESTORE, "CAP_CHECKPOINT_RESTORE",
                "open mapped files that were deleted or lie in containers",
                "names in programs that were replaced while they run", false, true},
    WantedRight{CAP_SYSLOG, "CAP_SYSLOG", "read addresses in /proc/kallsyms",
                "names of kernel functions; soft interrupts are not told apart"},
    WantedRight{CAP_SYS_NICE, "CAP_SYS_NICE", "reserve a little CPU time",
                "a starving host may delay the report"},
    WantedRight{CAP_IPC_LOCK, "CAP_IPC_LOCK", "keep its memory from being swapped out",
                "a swapping host may slow the run down"},
};

bool has(const Rights& rights, int number) {
  return ((rights.effective >> static_cast<unsigned>(number)) & 1U) != 0;
}

std::string lower(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return text;
}

Check judge(const Rights& rights, const WantedRight& wanted) {
  const bool by_admin = wanted.of_admin && has(rights, CAP_SYS_ADMIN);
  const bool there = has(rights, wanted.number) || by_admin;
  Check check{.section = kSection,
              .name = std::string(wanted.name),
              .health = there             ? Health::Works
                        : wanted.required ? Health::Missing
                                          : Health::Fallback,
              .found = std::string(wanted.use),
              .required = wanted.required};
  if (!there) {
    check.lost = wanted.lost;
    check.mend = fmt::format("{}; in a container: --cap-add {}", kAsRoot,
                             lower(wanted.name.substr(std::string_view("CAP_").size())));
  }
  return check;
}

Check judge_lockdown(const Rights& rights) {
  Check check{.section = kSection,
              .name = "kernel lockdown",
              .found = rights.lockdown.empty() ? "none" : rights.lockdown,
              .required = true};
  if (rights.lockdown == "confidentiality") {
    check.health = Health::Missing;
    check.lost = "everything: BPF programs may not read kernel memory";
    check.mend = "boot with lockdown=integrity, or without lockdown";
  }
  return check;
}

Check judge_paranoid(const Rights& rights) {
  constexpr int kKernelEventsDenied = 2;
  const bool exempt = has(rights, CAP_PERFMON) || has(rights, CAP_SYS_ADMIN);
  const int level = rights.perf_event_paranoid.value_or(0);
  Check check{.section = kSection,
              .name = "perf_event_paranoid",
              .found = rights.perf_event_paranoid
                           ? fmt::format("{}{}", level, exempt ? ", CAP_PERFMON is exempt" : "")
                           : "unknown"};
  if (!exempt && level >= kKernelEventsDenied) {
    check.health = Health::Missing;
    check.lost = "sampling without CAP_PERFMON";
    check.mend = kAsRoot;
  }
  return check;
}

Check judge_kptr(const Rights& rights) {
  constexpr int kHiddenFromAll = 2;
  const int level = rights.kptr_restrict.value_or(0);
  Check check{.section = kSection, .name = "kptr_restrict", .found = std::to_string(level)};
  if (level >= kHiddenFromAll) {
    check.health = Health::Fallback;
    check.lost = "names of kernel functions; soft interrupts are not told apart";
    check.mend = "sysctl kernel.kptr_restrict=1";
  }
  return check;
}

Check judge_namespace(const Rights& rights) {
  Check check{.section = kSection,
              .name = "process namespace",
              .found = rights.host_pid_namespace ? "the host's" : "a container's own"};
  if (!rights.host_pid_namespace) {
    check.health = Health::Fallback;
    check.lost = "names of processes and functions: they are numbered differently in here";
    check.mend = "start the container with --pid=host --privileged";
  }
  return check;
}

Check judge_memory_limit(const Rights& rights) {
  constexpr std::uint64_t kMapsNeed = 64ULL << 20U;
  Check check{.section = kSection,
              .name = "locked memory",
              .found = rights.charges_maps_to_limit ? "BPF maps count against RLIMIT_MEMLOCK"
                                                    : "BPF maps count as the cgroup's memory"};
  const bool raised = has(rights, CAP_SYS_RESOURCE) || rights.locked_bytes >= kMapsNeed;
  if (rights.charges_maps_to_limit && !raised) {
    check.health = Health::Missing;
    check.required = true;
    check.lost =
        fmt::format("everything: {} KiB are too little for the maps", rights.locked_bytes / 1024);
    check.mend = "ulimit -l unlimited, or CAP_SYS_RESOURCE";
  }
  return check;
}

Check judge_seccomp(const Rights& rights) {
  return {.section = kSection,
          .name = "seccomp",
          .found = rights.filtered ? "a filter is at work: it must allow bpf and perf_event_open"
                                   : "no filter"};
}

/// The text after "Name:" and its blanks, in the line that begins with it.
std::string_view field_of(std::string_view status, std::string_view name) {
  std::size_t at = status.find(name);
  while (at != std::string_view::npos && at != 0 && status[at - 1] != '\n') {
    at = status.find(name, at + 1);
  }
  if (at == std::string_view::npos) {
    return {};
  }
  std::string_view rest = status.substr(at + name.size());
  rest = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  return rest;
}

}  // namespace

void parse_status(std::string_view status, Rights& rights) {
  constexpr int kHexadecimal = 16;
  const std::string_view effective = field_of(status, "CapEff:");
  std::from_chars(effective.data(), effective.data() + effective.size(), rights.effective,
                  kHexadecimal);
  rights.filtered = field_of(status, "Seccomp:") == "2";
}

std::string parse_lockdown(std::string_view text) {
  const std::size_t begin = text.find('[');
  const std::size_t end = text.find(']', begin == std::string_view::npos ? text.size() : begin);
  return end == std::string_view::npos ? std::string()
                                       : std::string(text.substr(begin + 1, end - begin - 1));
}

std::vector<Check> judge_rights(const Rights& rights) {
  std::vector<Check> checks;
  for (const WantedRight& wanted : kWanted) {
    checks.push_back(judge(rights, wanted));
  }
  checks.push_back(judge_lockdown(rights));
  checks.push_back(judge_paranoid(rights));
  checks.push_back(judge_kptr(rights));
  checks.push_back(judge_seccomp(rights));
  checks.push_back(judge_memory_limit(rights));
  checks.push_back(judge_namespace(rights));
  return checks;
}

}  // namespace culprit
