// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace culprit {
namespace {

constexpr std::size_t kWidestBar = 40;
constexpr std::size_t kNarrowestBar = 5;
constexpr std::size_t kUsualColumns = 80;
constexpr std::string_view kClearLine = "\r\x1b[K";

std::size_t columns_of(int terminal) {
  winsize size = {};
  if (::ioctl(terminal, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return kUsualColumns;
  }
  return size.ws_col;
}

/// Whole seconds, tenths for runs of a few seconds only; padded so that the bar keeps its width.
std::string time_text(std::chrono::milliseconds elapsed, std::chrono::milliseconds total) {
  const auto seconds = [](std::chrono::milliseconds time) {
    return static_cast<double>(time.count()) / 1000;
  };
  if (total < std::chrono::seconds(3)) {
    return fmt::format("{:.1f} of {:.1f} s", seconds(elapsed), seconds(total));
  }
  const std::string whole = fmt::format("{}", total.count() / 1000);
  return fmt::format("{:>{}} of {} s", elapsed.count() / 1000, whole.size(), whole);
}

}  // namespace

std::string render_progress(std::chrono::milliseconds elapsed, std::chrono::milliseconds total,
                            std::size_t columns) {
  const auto done = std::clamp(elapsed, std::chrono::milliseconds(0), total);
  const std::string times = time_text(done, total);
  const std::size_t around = std::string_view("observing [] ").size() + times.size();
  // The last column stays free: some terminals wrap as soon as it is written.
  if (columns < around + kNarrowestBar + 1) {
    return columns > times.size() ? times : std::string();
  }
  const std::size_t bar = std::min(kWidestBar, columns - around - 1);
  const double share = total.count() > 0
                           ? static_cast<double>(done.count()) / static_cast<double>(total.count())
                           : 1.0;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar));
  return fmt::format("observing [{}{}] {}", std::string(filled, '#'),
                     std::string(bar - filled, '.'), times);
}

Progress::Progress(int descriptor, std::chrono::milliseconds total)
    : descriptor_(descriptor), total_(total), is_terminal_(::isatty(descriptor) == 1) {}

Progress::~Progress() {
  clear();
}

void Progress::update(std::chrono::milliseconds elapsed) {
  if (!is_terminal_) {
    return;
  }
  std::string text = render_progress(elapsed, total_, columns_of(descriptor_));
  if (text == shown_) {
    return;
  }
  write(fmt::format("{}{}", kClearLine, text));
  shown_ = std::move(text);
}

void Progress::announce(std::string_view text) {
  if (text.empty()) {
    return;
  }
  const std::string bar = shown_;
  clear();
  write(fmt::format("{}{}{}", text, text.ends_with('\n') ? "" : "\n", bar));
  shown_ = bar;
}

void Progress::clear() {
  if (!shown_.empty()) {
    write(kClearLine);
    shown_.clear();
  }
}

void Progress::write(std::string_view bytes) const {
  pollfd ready = {.fd = descriptor_, .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) {
    return;
  }
  // A short or failed write costs a few characters of decoration, never the run.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
}

}  // namespace culprit
