// SPDX-License-Identifier: Apache-2.0
#include "symbols/kernel_symbols.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <tuple>
#include <utility>

#include "base/unique_fd.h"

namespace culprit {
namespace {

constexpr std::uint32_t kNotCode = UINT32_MAX;
constexpr std::size_t kMaxSymbols = 4'000'000;
constexpr std::size_t kMaxNameBytes = 512;
constexpr std::size_t kMaxModules = 8192;
constexpr std::size_t kUsualSymbols = 160'000;
constexpr std::size_t kUsualNameBytes = 24;
constexpr std::size_t kReadBytes = std::size_t{256} * 1024;
/// Nothing tells where the last function ends.
constexpr std::uint64_t kLastFunctionBytes = 65536;
constexpr std::string_view kKernel = "[kernel]";

constexpr std::array kSoftInterruptFunctions = {
    std::string_view("handle_softirqs"), std::string_view("__do_softirq"),
    std::string_view("do_softirq"),      std::string_view("do_softirq_own_stack"),
    std::string_view("run_ksoftirqd"),
};

/// Global before local before weak, then the fewest leading underscores.
std::uint16_t rank_of(char type, std::string_view name) {
  const std::size_t underscores = std::min<std::size_t>(name.find_first_not_of('_'), 9);
  const int binding = type == 'T' ? 0 : type == 't' ? 1 : 2;
  return static_cast<std::uint16_t>(binding * 10 + static_cast<int>(underscores));
}

bool is_code(char type) {
  return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

}  // namespace

Result<KernelSymbols> KernelSymbols::read(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) {
    return Error::from_errno("open " + path, errno);
  }
  KernelSymbols symbols;
  symbols.entries_.reserve(kUsualSymbols);
  symbols.names_.reserve(kUsualSymbols * kUsualNameBytes);
  std::string buffer(kReadBytes, '\0');
  std::size_t kept = 0;  // the beginning of a line whose end is still to come
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data() + kept, buffer.size() - kept);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return Error::from_errno("read " + path, errno);
    }
    const std::string_view text(buffer.data(), kept + static_cast<std::size_t>(count));
    const std::size_t lines = text.rfind('\n') + 1;
    symbols.add_lines(text.substr(0, lines));
    kept = text.size() - lines;
    if (count == 0 || kept == buffer.size()) {
      break;
    }
    std::copy(text.begin() + static_cast<std::ptrdiff_t>(lines), text.end(), buffer.begin());
  }
  if (auto finished = symbols.finish(); !finished) {
    return std::move(finished).error();
  }
  return symbols;
}

Result<KernelSymbols> KernelSymbols::parse(std::string_view text) {
  KernelSymbols symbols;
  symbols.add_lines(text);
  if (auto finished = symbols.finish(); !finished) {
    return std::move(finished).error();
  }
  return symbols;
}

void KernelSymbols::add_lines(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    add_line(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

/// address type name[\t[module]]
void KernelSymbols::add_line(std::string_view line) {
  std::uint64_t address = 0;
  const char* end = line.data() + line.size();
  const auto [rest, failure] = std::from_chars(line.data(), end, address, 16);
  if (failure != std::errc{} || end - rest < 4 || rest[0] != ' ' || rest[2] != ' ' ||
      entries_.size() >= kMaxSymbols) {
    return;
  }
  has_address_ = has_address_ || address != 0;
  const char type = rest[1];
  const std::string_view text(rest + 3, static_cast<std::size_t>(end - rest - 3));
  const std::size_t name_end = std::min(text.find('\t'), text.size());
  const std::string_view name = text.substr(0, std::min(name_end, kMaxNameBytes));
  if (!is_code(type) || name.empty()) {
    entries_.push_back({.address = address, .name = kNotCode, .module = 0, .rank = UINT16_MAX});
    return;
  }
  entries_.push_back({.address = address,
                      .name = static_cast<std::uint32_t>(names_.size()),
                      .module = module_index(text.substr(std::min(name_end + 1, text.size()))),
                      .rank = rank_of(type, name)});
  names_.append(name).push_back('\0');
}

std::uint16_t KernelSymbols::module_index(std::string_view module) {
  module = module.empty() ? kKernel : module.substr(0, kMaxNameBytes);
  // Lines of one module follow each other.
  const auto known = std::find(modules_.rbegin(), modules_.rend(), module);
  if (known != modules_.rend()) {
    return static_cast<std::uint16_t>(modules_.rend() - known - 1);
  }
  if (modules_.size() >= kMaxModules) {
    return 0;
  }
  modules_.emplace_back(module);
  return static_cast<std::uint16_t>(modules_.size() - 1);
}

Status KernelSymbols::finish() {
  if (!has_address_) {
    return Error(
        "the kernel hides the addresses of its functions (sysctl kernel.kptr_restrict, or the "
        "capability CAP_SYSLOG is missing)");
  }
  // The kernel's own come sorted, and they are nearly all; modules follow as they were loaded.
  const auto rest = std::ranges::is_sorted_until(entries_, {}, &Entry::address);
  std::ranges::sort(rest, entries_.end(), {}, &Entry::address);
  std::ranges::inplace_merge(entries_, rest, {}, &Entry::address);
  for (auto group = entries_.begin(); group != entries_.end();) {
    const auto next = std::find_if(
        group, entries_.end(), [&](const Entry& entry) { return entry.address != group->address; });
    std::ranges::sort(group, next, {},
                      [](const Entry& entry) { return std::tuple(entry.rank, entry.name); });
    group = next;
  }
  // One entry for an address: the best name; and one mark for a run of data.
  const auto same = [](const Entry& left, const Entry& right) {
    return left.address == right.address || (left.name == kNotCode && right.name == kNotCode);
  };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
  entries_.shrink_to_fit();
  names_.shrink_to_fit();
  return Success{};
}

std::optional<KernelSymbols::Symbol> KernelSymbols::find(InstructionAddress address) const {
  const auto after = std::ranges::upper_bound(entries_, address.value(), {}, &Entry::address);
  if (after == entries_.begin() || std::prev(after)->name == kNotCode) {
    return std::nullopt;
  }
  const Entry& entry = *std::prev(after);
  if (after == entries_.end() && address.value() - entry.address > kLastFunctionBytes) {
    return std::nullopt;
  }
  return Symbol{.function = names_.data() + entry.name,
                .module = modules_[entry.module],
                .offset = address.value() - entry.address};
}

std::optional<KernelSymbols::Place> KernelSymbols::place_of(std::string_view function) const {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->name == kNotCode || function != names_.data() + entry->name) {
      continue;
    }
    const auto next = std::ranges::upper_bound(entries_, entry->address, {}, &Entry::address);
    return Place{.begin = entry->address,
                 .end = next == entries_.end() ? entry->address : next->address};
  }
  return std::nullopt;
}

bool serves_soft_interrupts(std::string_view kernel_function) {
  // The compiler's parts of a function ("handle_softirqs.cold") count as the function.
  const std::string_view name = kernel_function.substr(0, kernel_function.find('.'));
  return std::ranges::find(kSoftInterruptFunctions, name) != kSoftInterruptFunctions.end();
}

}  // namespace culprit
