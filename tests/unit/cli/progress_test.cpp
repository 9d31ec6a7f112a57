// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/unique_fd.h"

namespace culprit {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Two ends of which one can be written and the other read without waiting.
struct Channel {
  UniqueFd reader;
  UniqueFd writer;
};

Channel a_pipe() {
  std::array<int, 2> ends = {-1, -1};
  EXPECT_EQ(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC), 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Channel a_terminal(unsigned short columns) {
  int ours = -1;
  int theirs = -1;
  const winsize size = {.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  EXPECT_EQ(::openpty(&ours, &theirs, nullptr, nullptr, &size), 0);
  EXPECT_EQ(::fcntl(ours, F_SETFL, O_NONBLOCK), 0);
  return {UniqueFd(ours), UniqueFd(theirs)};
}

/// Everything until nothing more comes: a terminal hands over what was written piece by piece.
std::string written_to(const Channel& channel) {
  constexpr int kQuietMilliseconds = 100;
  std::string text;
  pollfd ready{.fd = channel.reader.get(), .events = POLLIN, .revents = 0};
  while (::poll(&ready, 1, kQuietMilliseconds) == 1) {
    std::array<char, 4096> buffer = {};
    const ssize_t size = ::read(channel.reader.get(), buffer.data(), buffer.size());
    if (size <= 0) {
      break;
    }
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

TEST(RenderProgress, FillsTheBar) {
  EXPECT_EQ(render_progress(seconds(0), seconds(10), 34), "observing [..........]  0 of 10 s");
  EXPECT_EQ(render_progress(seconds(5), seconds(10), 34), "observing [#####.....]  5 of 10 s");
  EXPECT_EQ(render_progress(seconds(10), seconds(10), 34), "observing [##########] 10 of 10 s");
  EXPECT_EQ(render_progress(seconds(99), seconds(10), 34), "observing [##########] 10 of 10 s");
  EXPECT_EQ(render_progress(seconds(-1), seconds(10), 34), "observing [..........]  0 of 10 s");
}

TEST(RenderProgress, CountsTenthsOfShortRuns) {
  EXPECT_EQ(render_progress(milliseconds(250), milliseconds(500), 36),
            "observing [#####.....] 0.2 of 0.5 s");
}

TEST(RenderProgress, FitsIntoAnyTerminal) {
  for (std::size_t columns = 0; columns < 200; ++columns) {
    EXPECT_LE(render_progress(seconds(5), seconds(10), columns).size(), columns);
  }
  EXPECT_EQ(render_progress(seconds(5), seconds(10), 20), " 5 of 10 s");
  EXPECT_EQ(render_progress(seconds(5), seconds(10), 5), "");
}

TEST(Progress, KeepsSilentInAPipe) {
  const Channel channel = a_pipe();
  {
    Progress progress(channel.writer.get(), seconds(10));
    progress.update(seconds(1));
    progress.update(seconds(2));
  }
  EXPECT_EQ(written_to(channel), "");
}

TEST(Progress, AnnouncesInAPipeToo) {
  const Channel channel = a_pipe();
  Progress progress(channel.writer.get(), seconds(10));
  progress.announce("so far: backend-2");
  progress.announce("two\nlines\n");
  progress.announce("");
  EXPECT_EQ(written_to(channel), "so far: backend-2\ntwo\nlines\n");
}

TEST(Progress, RedrawsOnATerminalAndLeavesNothingBehind) {
  const Channel channel = a_terminal(34);
  {
    Progress progress(channel.writer.get(), seconds(10));
    progress.update(seconds(5));
    EXPECT_EQ(written_to(channel), "\r\x1b[Kobserving [#####.....]  5 of 10 s");
    progress.update(seconds(5));
    EXPECT_EQ(written_to(channel), "");
  }
  EXPECT_EQ(written_to(channel), "\r\x1b[K");
}

TEST(Progress, AnnouncesAboveTheBar) {
  const Channel channel = a_terminal(34);
  Progress progress(channel.writer.get(), seconds(10));
  progress.update(seconds(5));
  progress.announce("so far: backend-2");
  EXPECT_EQ(written_to(channel),
            "\r\x1b[Kobserving [#####.....]  5 of 10 s"
            "\r\x1b[Kso far: backend-2\r\nobserving [#####.....]  5 of 10 s");
}

TEST(Progress, NeverWaitsForAReaderThatDoesNotRead) {
  const Channel channel = a_pipe();
  const std::string much(1U << 20U, 'x');
  Progress progress(channel.writer.get(), seconds(10));
  progress.announce(much);
  progress.announce(much);
  SUCCEED();
}

}  // namespace
}  // namespace culprit
