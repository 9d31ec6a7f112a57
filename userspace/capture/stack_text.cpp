// SPDX-License-Identifier: Apache-2.0
#include "capture/stack_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "aggregation/special_frames.h"
#include "base/display_text.h"
#include "base/unique_fd.h"

namespace culprit {
namespace {

constexpr std::size_t kMostFrames = 1'000'000;
constexpr std::size_t kMostPaths = 10'000'000;
constexpr std::size_t kDeepest = 4096;
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The count at the end of a folded line; a fraction, which some tools write, is cut off.
std::optional<std::uint64_t> count_of(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos && !is_number(text.substr(point + 1))) {
    return std::nullopt;
  }
  std::uint64_t count = 0;
  const std::string_view whole = text.substr(0, point);
  const auto [end, failed] = std::from_chars(whole.data(), whole.data() + whole.size(), count);
  const bool read = failed == std::errc() && end == whole.data() + whole.size();
  return read ? std::optional(count) : std::nullopt;
}

/// Endings by which folded stacks mark what sort of code a frame is.
ResolvedFrame folded_frame_of(std::string_view text) {
  ResolvedFrame frame;
  if (text.ends_with("_[k]")) {
    frame.kind = FrameKind::Kernel;
    frame.module = "[kernel]";
  } else if (text.ends_with("_[j]")) {
    frame.kind = FrameKind::Jit;
  } else if (text.ends_with("_[i]")) {
    frame.kind = FrameKind::Inlined;
    frame.inlined = true;
  }
  const bool marked = frame.kind != FrameKind::Native;
  frame.function = displayable(marked ? text.substr(0, text.size() - 4) : text);
  if (frame.function.empty()) {
    frame.function = "[unknown]";
  }
  return frame;
}

/// "  7f12 symbol+0x1f (/usr/lib/libc.so.6)" without the address.
ResolvedFrame perf_frame_of(std::string_view text) {
  std::string_view symbol = text;
  std::string_view module;
  const std::size_t bracket = text.rfind(" (");
  if (bracket != std::string_view::npos && text.ends_with(')')) {
    symbol = text.substr(0, bracket);
    module = text.substr(bracket + 2, text.size() - bracket - 3);
  }
  const std::size_t offset = symbol.rfind("+0x");
  if (offset != std::string_view::npos && offset > 0) {
    symbol = symbol.substr(0, offset);
  }
  ResolvedFrame frame;
  const bool kernel = module.starts_with("[kernel") || module.starts_with("[guest.kernel") ||
                      module.ends_with(".ko") || module.find("vmlinux") != std::string_view::npos ||
                      (module.starts_with('[') && module != "[vdso]" && module != "[unknown]");
  frame.kind = kernel ? FrameKind::Kernel : FrameKind::Native;
  const std::size_t slash = module.rfind('/');
  frame.module = displayable(slash == std::string_view::npos ? module : module.substr(slash + 1));
  const bool unknown = symbol.empty() || symbol == "[unknown]";
  frame.function =
      unknown ? "[" + (frame.module.empty() ? "unknown" : frame.module) + "]" : displayable(symbol);
  return frame;
}

/// What stands before the numbers: "some comm 123/456 [000] 12.3: 1 cycles:".
std::string_view comm_of(std::string_view header) {
  std::size_t at = 0;
  while ((at = header.find_first_of(" \t", at)) != std::string_view::npos) {
    const std::size_t word = header.find_first_not_of(kBlanks, at);
    if (word == std::string_view::npos) {
      break;
    }
    const std::size_t end = std::min(header.find_first_of(kBlanks, word), header.size());
    std::string_view ids = header.substr(word, end - word);
    const std::size_t slash = ids.find('/');
    if (is_number(ids.substr(0, slash)) &&
        (slash == std::string_view::npos || is_number(ids.substr(slash + 1)))) {
      return trimmed(header.substr(0, at));
    }
    at = word;
  }
  return {};
}

}  // namespace

template <typename Make>
FrameId StackText::frame_of(Known& known, std::string_view text, Make make) {
  const auto found = known.find(text);
  if (found != known.end()) {
    return found->second;
  }
  if (known.size() >= kMostFrames) {
    return frames_.intern(ResolvedFrame{.function = "[other]"});
  }
  const FrameId id = frames_.intern(make(text));
  known.emplace(text, id);
  return id;
}

void StackText::add_path(std::uint64_t weight) {
  ++stacks_;
  if (calls_.nodes().size() > kMostPaths) {
    path_.assign(1, frames_.intern(ResolvedFrame{.function = "[other]"}));
  }
  calls_.add(path_, weight);
}

void StackText::add_folded(std::string_view line) {
  const std::size_t space = line.find_last_of(kBlanks);
  const auto count =
      space == std::string_view::npos ? std::nullopt : count_of(line.substr(space + 1));
  if (!count) {
    ++unread_lines_;
    return;
  }
  std::string_view stack = trimmed(line.substr(0, space));
  path_.clear();
  while (!stack.empty() && path_.size() < kDeepest) {
    const std::size_t end = std::min(stack.find(';'), stack.size());
    path_.push_back(frame_of(folded_frames_, stack.substr(0, end), folded_frame_of));
    stack.remove_prefix(std::min(end + 1, stack.size()));
  }
  ++read_lines_;
  add_path(*count);
}

void StackText::begin_perf(std::string_view header) {
  finish();
  const std::string_view comm = comm_of(header);
  if (comm.empty()) {
    ++unread_lines_;
    return;
  }
  ++read_lines_;
  in_stack_ = true;
  path_.assign(1, frame_of(comms_, comm,
                           [](std::string_view name) { return process_frame(displayable(name)); }));
}

void StackText::add_perf_frame(std::string_view line) {
  const std::size_t address_end = line.find(' ');
  const bool is_frame = in_stack_ && address_end != std::string_view::npos &&
                        line.substr(0, address_end).find_first_not_of("0123456789abcdefABCDEFx") ==
                            std::string_view::npos;
  if (!is_frame) {
    ++unread_lines_;
    return;
  }
  ++read_lines_;
  if (path_.size() < kDeepest) {
    path_.push_back(frame_of(perf_frames_, trimmed(line.substr(address_end)), perf_frame_of));
  }
}

void StackText::finish() {
  if (in_stack_) {
    // perf prints the innermost frame first, below the process.
    std::reverse(path_.begin() + 1, path_.end());
    add_path(1);
  }
  in_stack_ = false;
}

void StackText::add_line(std::string_view line) {
  const std::string_view content = trimmed(line);
  if (content.empty()) {
    finish();
    return;
  }
  if (content.front() == '#') {
    return;
  }
  if (form_ == Form::Unknown) {
    const std::size_t space = content.find_last_of(kBlanks);
    const bool folded = space != std::string_view::npos && count_of(content.substr(space + 1));
    form_ = folded ? Form::Folded : Form::Perf;
  }
  if (form_ == Form::Folded) {
    add_folded(content);
  } else if (line.front() == ' ' || line.front() == '\t') {
    // Short comms are padded with blanks: a header then, if no stack is open.
    if (in_stack_) {
      add_perf_frame(content);
    } else {
      begin_perf(content);
    }
  } else {
    begin_perf(content);
  }
}

Result<StackText> read_stack_text(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.valid()) {
    return Error::from_errno("open " + path, errno);
  }
  constexpr std::size_t kChunk = std::size_t{1} << 20U;
  constexpr std::size_t kLongestLine = std::size_t{1} << 24U;
  StackText text;
  std::vector<char> buffer(kChunk);
  std::size_t filled = 0;
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return Error::from_errno("read " + path, errno);
    }
    filled += static_cast<std::size_t>(got);
    std::string_view rest(buffer.data(), filled);
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
      text.add_line(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    if (got == 0) {
      if (!rest.empty()) {
        text.add_line(rest);
      }
      break;
    }
    if (rest.size() == buffer.size()) {
      if (buffer.size() >= kLongestLine) {
        return Error(path + ": a line is too long for stacks");
      }
      buffer.resize(buffer.size() * 2);
      continue;
    }
    filled = rest.size();
    std::memmove(buffer.data(), rest.data(), filled);
  }
  text.finish();
  if (!text.is_of_stacks()) {
    return Error(path + ": it is neither a recording, nor folded stacks, nor text of perf script");
  }
  return text;
}

}  // namespace culprit
