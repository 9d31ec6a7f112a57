// SPDX-License-Identifier: Apache-2.0
// What is written, by every call that writes, to every kind of file object.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "bpf/own_network.h"
#include "bpf/probed_host.h"
#include "bpf/temporary_directory.h"

namespace culprit {
namespace {

class Writes : public ProbedTest {
 protected:
  void SetUp() override {
    ProbedTest::SetUp();
    if (host_ == nullptr) {
      return;
    }
    path_ = directory_.path() + "/app.log";
    const int file = ::open(path_.c_str(), O_CREAT | O_WRONLY, 0600);
    ASSERT_GE(file, 0);
    inode_ = inode_of(file);
    ::close(file);
  }

  static std::uint64_t inode_of(int descriptor) {
    struct stat status {};
    ::fstat(descriptor, &status);
    return status.st_ino;
  }

  /// What `work` wrote into the file, which it is given opened with `flags`.
  WriteCount written(const std::function<int(int)>& work, int flags = O_WRONLY) {
    const Observed seen = host_->observe([&] {
      const int file = ::open(path_.c_str(), flags);
      return file < 0 ? 1 : work(file);
    });
    all_ = seen;
    return seen.written_to(inode_);
  }

  TemporaryDirectory directory_;
  std::string path_;
  std::uint64_t inode_ = 0;
  Observed all_;
};

TEST_F(Writes, LinesToAnAppendedFileAreText) {
  constexpr int kLines = 200;
  const WriteCount count = written(
      [](int file) {
        for (int i = 0; i < kLines; ++i) {
          const std::string line = "2026-01-01 request " + std::to_string(i) + " served\n";
          if (::write(file, line.data(), line.size()) < 0) {
            return 1;
          }
        }
        return 0;
      },
      O_WRONLY | O_APPEND);
  EXPECT_EQ(count.calls, kLines);
  EXPECT_EQ(count.text_calls, kLines);
  EXPECT_EQ(count.bytes, std::filesystem::file_size(path_));
  EXPECT_EQ(count.kind, FileKind::Regular);
  EXPECT_TRUE(count.append);
  EXPECT_EQ(count.path, path_);
  EXPECT_EQ(count.failures, 0U);
  std::uint64_t sampled = 0;
  for (const WriteCount& one : all_.writes) {
    sampled += one.inode == inode_ && one.stack.value() != 0 ? one.calls : 0;
  }
  EXPECT_GT(sampled, 0U);
  EXPECT_LT(sampled, std::uint64_t{kLines});
}

TEST_F(Writes, BinaryDataIsNotText) {
  const WriteCount count = written([](int file) {
    const char data[] = "\0\1\2\3 not a line\n";
    const std::string page(4096, '\x01');
    const std::string unended(64, 'a');
    return ::write(file, data, sizeof(data) - 1) > 0 && ::write(file, page.data(), 4096) == 4096 &&
                   ::write(file, unended.data(), 64) == 64
               ? 0
               : 1;
  });
  EXPECT_EQ(count.calls, 3U);
  EXPECT_EQ(count.text_calls, 0U);
  EXPECT_EQ(count.printable_calls, 1U);  // the one without an end
  EXPECT_FALSE(count.append);
}

TEST_F(Writes, LinesInsideOfBlocksAreSeen) {
  constexpr int kBlocks = 400;
  constexpr int kLineBytes = 83;  // no divisor of the block: its ends lie anywhere in a line
  const WriteCount count = written([](int file) {
    std::string text;
    while (text.size() < std::size_t{4096} * kBlocks) {
      text += std::string(kLineBytes - 1, 'x') + "\n";
    }
    for (int i = 0; i < kBlocks; ++i) {
      if (::write(file, text.data() + std::size_t{4096} * i, 4096) != 4096) {
        return 1;
      }
    }
    return 0;
  });
  EXPECT_EQ(count.printable_calls, kBlocks);
  EXPECT_LT(count.text_calls, kBlocks / 20);
  EXPECT_EQ(count.inner_bytes, std::uint64_t{kBlocks} * 64);
  const double line_bytes =
      static_cast<double>(count.inner_bytes) / static_cast<double>(count.inner_newlines);
  EXPECT_NEAR(line_bytes, kLineBytes, 0.15 * kLineBytes);
}

TEST_F(Writes, PiecesOfALineAreTextAndTheirBytesAreSeenOnce) {
  const WriteCount count = written([](int file) {
    for (const char* piece : {"no connection, attempt", " ", "12", "\n"}) {
      if (::write(file, piece, std::strlen(piece)) < 0) {
        return 1;
      }
    }
    return 0;
  });
  EXPECT_EQ(count.calls, 4U);
  EXPECT_EQ(count.printable_calls, 4U);
  EXPECT_EQ(count.text_calls, 1U);
  EXPECT_EQ(count.inner_bytes, 21U + 1U);  // without each one's last byte
  EXPECT_EQ(count.inner_newlines, 0U);
}

/// int 0x80 is the entry of 32-bit programs, open to 64-bit ones whose data lies below 4 GiB.
long call_32(long number, long first, long second, long third) {
  long result = 0;
  asm volatile("int $0x80"
               : "=a"(result)
               : "a"(number), "b"(first), "c"(second), "d"(third)
               : "memory", "r8", "r9", "r10", "r11");
  return result;
}

TEST_F(Writes, Of32BitProgramsToFilesAreFollowed) {
  struct Piece32 {
    std::uint32_t base, length;
  };
  constexpr long kWrite = 4;
  constexpr long kWriteVector = 146;
  constexpr long kSync = 118;
  const WriteCount count = written([](int file) {
    void* low = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED) {
      return 1;
    }
    auto* text = static_cast<char*>(low);
    std::memcpy(text, "ERROR no connection\n", 20);
    const auto address = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(low));
    const Piece32 pieces[] = {{address, 6}, {address + 6, 14}};
    std::memcpy(text + 64, pieces, sizeof(pieces));
    return call_32(kWrite, file, address, 20) == 20 &&
                   call_32(kWriteVector, file, address + 64, 2) == 20 &&
                   call_32(kSync, file, 0, 0) == 0
               ? 0
               : 2;
  });
  EXPECT_EQ(count.calls, 2U);
  EXPECT_EQ(count.bytes, 40U);
  EXPECT_EQ(count.text_calls, 2U);
  EXPECT_EQ(count.syncs, 1U);
}

TEST_F(Writes, Utf8AndColoursAreText) {
  const WriteCount count = written([](int file) {
    const std::string line =
        "\x1b[31mFehler:\x1b[0m Gr\xc3\xb6\xc3\x9f"
        "e \xe4\xb8\xad\xe6\x96\x87\r\n";
    return ::write(file, line.data(), line.size()) > 0 && ::write(file, "\n", 1) == 1 ? 0 : 1;
  });
  EXPECT_EQ(count.text_calls, 2U);
}

TEST_F(Writes, VectorsCountWhatWasReturned) {
  const WriteCount count = written([](int file) {
    char head[] = "INFO ";
    char body[] = "started";
    char end[] = "\n";
    const iovec pieces[] = {{head, 5}, {body, 7}, {end, 1}};
    return ::writev(file, pieces, 3) == 13 && ::pwritev(file, pieces, 3, 100) == 13 &&
                   ::pwritev2(file, pieces, 3, 200, 0) == 13 && ::pwrite(file, head, 5, 300) == 5
               ? 0
               : 1;
  });
  EXPECT_EQ(count.calls, 4U);
  EXPECT_EQ(count.bytes, 44U);
  EXPECT_EQ(count.text_calls, 3U);
}

TEST_F(Writes, WhatTheKernelMovesByItselfIsCountedAtItsTarget) {
  const WriteCount count = written([](int file) {
    const int source = ::open("/proc/self/exe", O_RDONLY);
    int pipe_ends[2];
    if (::sendfile(file, source, nullptr, 10000) != 10000 || ::pipe(pipe_ends) != 0 ||
        ::write(pipe_ends[1], "0123456789", 10) != 10 ||
        ::splice(pipe_ends[0], nullptr, file, nullptr, 10, 0) != 10) {
      return 1;
    }
    off64_t from = 0;
    const ssize_t copied = ::copy_file_range(source, &from, file, nullptr, 500, 0);
    return copied == 500 || (copied < 0 && errno == EXDEV) ? 0 : 2;
  });
  EXPECT_TRUE(count.bytes == 10510 || count.bytes == 10010) << count.bytes;
  EXPECT_EQ(count.text_calls, 0U);
}

TEST_F(Writes, SyncsAreCountedOnTheSameFile) {
  const WriteCount count = written([](int file) {
    return ::write(file, "record\n", 7) == 7 && ::fsync(file) == 0 && ::fdatasync(file) == 0 ? 0
                                                                                             : 1;
  });
  EXPECT_EQ(count.syncs, 2U);
  EXPECT_EQ(count.calls, 1U);
}

TEST_F(Writes, FailuresKeepTheirError) {
  const Observed seen = host_->observe([] {
    const int full = ::open("/dev/full", O_WRONLY);
    return ::write(full, "line\n", 5) == -1 && ::write(full, "line\n", 5) == -1 ? 0 : 1;
  });
  ASSERT_FALSE(seen.writes.empty());
  const WriteCount count = seen.written_to(seen.writes.front().inode);
  EXPECT_EQ(count.failures, 2U);
  EXPECT_EQ(count.last_error, ENOSPC);
  EXPECT_EQ(count.calls, 0U);
  EXPECT_EQ(count.kind, FileKind::Other);
  EXPECT_EQ(count.path, "/dev/full");
}

TEST_F(Writes, APipeIsAPipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::uint64_t inode = inode_of(ends[1]);
  const Observed seen = host_->observe([&] {
    ::dup2(ends[1], 1);
    return ::write(1, "to the engine\n", 14) == 14 ? 0 : 1;
  });
  ::close(ends[0]);
  ::close(ends[1]);
  const WriteCount count = seen.written_to(inode);
  EXPECT_EQ(count.kind, FileKind::Pipe);
  EXPECT_EQ(count.descriptor, 1U);
  EXPECT_EQ(count.path, "pipe:[" + std::to_string(inode) + "]");
  EXPECT_EQ(count.text_calls, 1U);
}

TEST_F(Writes, APseudoTerminalIsATerminal) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) {
    GTEST_SKIP() << "no pseudo terminals here";
  }
  const std::string name = ::ptsname(master);
  const Observed seen = host_->observe([&] {
    const int terminal = ::open(name.c_str(), O_WRONLY | O_NOCTTY);
    return ::write(terminal, "prompt\n", 7) == 7 ? 0 : 1;
  });
  ::close(master);
  ASSERT_EQ(seen.writes.size(), 1U);
  EXPECT_EQ(seen.writes.front().kind, FileKind::Terminal);
}

/// A datagram socket bound where syslog's would be, in a directory of our own.
int bind_datagram(const std::string& path, sockaddr_un& address) {
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  address.sun_family = AF_UNIX;
  std::memcpy(static_cast<char*>(address.sun_path), path.c_str(), path.size() + 1);
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? socket
                                                                                           : -1;
}

TEST_F(Writes, SyslogDatagramsNameTheirSocket) {
  const std::string path = directory_.path() + "/log";
  sockaddr_un address{};
  const int log = bind_datagram(path, address);
  ASSERT_GE(log, 0);
  const std::string message = "<14>app[1]: something happened";
  const auto* target = reinterpret_cast<const sockaddr*>(&address);
  const Observed seen = host_->observe([&] {
    const int connected = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    const int loose = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    iovec piece{const_cast<char*>(message.data()), message.size()};
    msghdr header{};
    header.msg_name = &address;
    header.msg_namelen = sizeof(address);
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    const bool sent =
        ::connect(connected, target, sizeof(address)) == 0 &&
        ::send(connected, message.data(), message.size(), 0) > 0 &&
        ::sendto(loose, message.data(), message.size(), 0, target, sizeof(address)) > 0 &&
        ::sendmsg(loose, &header, 0) > 0;
    return sent ? 0 : 1;
  });
  ::close(log);
  std::uint64_t calls = 0;
  std::uint64_t text = 0;
  for (const WriteCount& count : seen.writes) {
    EXPECT_EQ(count.path, path);
    EXPECT_TRUE(count.datagram);
    EXPECT_EQ(count.kind, FileKind::Socket);
    calls += count.calls;
    text += count.text_calls;
  }
  EXPECT_EQ(calls, 3U);
  EXPECT_EQ(text, 3U);
}

TEST_F(Writes, SendmmsgCountsTheBytesOfAllMessages) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
  const std::uint64_t inode = inode_of(ends[0]);
  const Observed seen = host_->observe([&] {
    char data[300] = {};
    iovec pieces[3] = {{data, 100}, {data, 200}, {data, 300}};
    mmsghdr messages[3] = {};
    for (int i = 0; i < 3; ++i) {
      messages[i].msg_hdr.msg_iov = &pieces[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    return ::sendmmsg(ends[0], messages, 3, 0) == 3 ? 0 : 1;
  });
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_EQ(seen.written_to(inode).bytes, 600U);
}

TEST_F(Writes, ATcpSocketIsAStreamWithItsPeer) {
  const Listener listener = listen_on_loopback();
  const Observed seen = host_->observe([&] {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    return connect_to(socket, v4("127.0.0.1", listener.port)) == 0 &&
                   ::send(socket, "line\n", 5, 0) == 5
               ? 0
               : 1;
  });
  ::close(listener.socket);
  ASSERT_EQ(seen.writes.size(), 1U);
  EXPECT_TRUE(seen.writes.front().stream_socket);
  EXPECT_EQ(seen.writes.front().path, "tcp:127.0.0.1:" + std::to_string(listener.port));
}

}  // namespace
}  // namespace culprit
