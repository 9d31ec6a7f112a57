// SPDX-License-Identifier: Apache-2.0
// Outcomes of AF_UNIX connects, which only the end of the call shows.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>

#include "bpf/probed_host.h"
#include "bpf/temporary_directory.h"

namespace culprit {
namespace {

class UnixConnects : public ProbedTest {
 protected:
  void SetUp() override {
    ProbedTest::SetUp();
    if (host_ == nullptr) {
      return;
    }
    path_ = directory_.path() + "/service.sock";
  }

  TemporaryDirectory directory_;
  std::string path_;
};

int connect_unix(const std::string& path, int flags = 0) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | flags, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() +
                                           (path[0] == '\0' ? 0 : 1));
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), size);
}

int listen_unix(const std::string& path, int backlog) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() +
                                           (path[0] == '\0' ? 0 : 1));
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return -1;
  }
  if (backlog >= 0) {
    ::listen(socket, backlog);
  }
  return socket;
}

TEST_F(UnixConnects, ASocketFileThatIsNotThereIsAbsent) {
  const Observed seen = host_->observe([&] {
    return connect_unix(path_) == -1 && connect_unix(path_) == -1 && errno == ENOENT ? 0 : 1;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Absent), 2U);
  const ConnectCount* absent = seen.connect(ConnectOutcome::Absent);
  ASSERT_NE(absent, nullptr);
  EXPECT_EQ(absent->endpoint.address, path_);
  EXPECT_EQ(absent->endpoint.protocol, Protocol::Unix);
  EXPECT_NE(absent->stack.value(), 0U);
}

TEST_F(UnixConnects, ABoundSocketThatNobodyListensOnRefuses) {
  const int bound = listen_unix(path_, -1);
  const Observed seen =
      host_->observe([&] { return connect_unix(path_) == -1 && errno == ECONNREFUSED ? 0 : 1; });
  ::close(bound);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Refused), 1U);
}

TEST_F(UnixConnects, AFullBacklogIsAnOutcomeOfItsOwn) {
  const int listening = listen_unix(path_, 0);
  const Observed seen = host_->observe([&] {
    int full = 0;
    for (int i = 0; i < 5; ++i) {
      full += connect_unix(path_, SOCK_NONBLOCK) == -1 && errno == EAGAIN ? 1 : 0;
    }
    return full >= 3 ? 0 : 1;
  });
  ::close(listening);
  EXPECT_GE(seen.connect_count(ConnectOutcome::BacklogFull), 3U);
  EXPECT_GE(seen.connect_count(ConnectOutcome::Established), 1U);
}

TEST_F(UnixConnects, AnAbstractNameBeginsWithAnAtSign) {
  const std::string name = std::string(1, '\0') + "culprit-test-" + std::to_string(::getpid());
  const int listening = listen_unix(name, 4);
  const Observed seen = host_->observe([&] { return connect_unix(name) == 0 ? 0 : 1; });
  ::close(listening);
  const ConnectCount* established = seen.connect(ConnectOutcome::Established);
  ASSERT_NE(established, nullptr);
  EXPECT_EQ(established->endpoint.address, "@" + name.substr(1));
}

TEST_F(UnixConnects, ThePathOfMostCharactersIsKeptWhole) {
  const std::string longest = "/tmp/" + std::string(sizeof(sockaddr_un::sun_path) - 6, 'p');
  const Observed seen = host_->observe([&] { return connect_unix(longest) == -1 ? 0 : 1; });
  const ConnectCount* absent = seen.connect(ConnectOutcome::Absent);
  ASSERT_NE(absent, nullptr);
  EXPECT_EQ(absent->endpoint.address, longest);
}

}  // namespace
}  // namespace culprit
