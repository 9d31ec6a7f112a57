// SPDX-License-Identifier: Apache-2.0
// Outcomes of real TCP connects on the running kernel, each in a child process.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "bpf/own_network.h"
#include "bpf/probed_host.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kClosedPort = 1;  // tcpmux: nobody listens there

class TcpConnects : public ProbedTest {};

template <typename Address>
int refused_times(int family, const Address& address, int times) {
  for (int i = 0; i < times; ++i) {
    const int socket = ::socket(family, SOCK_STREAM, 0);
    if (connect_to(socket, address) == 0 || errno != ECONNREFUSED) {
      return 1;
    }
    ::close(socket);
  }
  return 0;
}

TEST_F(TcpConnects, ARefusalIsCountedOnceWithDestinationAndStack) {
  const Observed seen =
      host_->observe([] { return refused_times(AF_INET, v4("127.0.0.1", kClosedPort), 20); });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Attempted), 20U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Refused), 20U);
  EXPECT_EQ(seen.connects.size(), 2U);
  const ConnectCount* refused = seen.connect(ConnectOutcome::Refused);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->endpoint.address, "127.0.0.1");
  EXPECT_EQ(refused->endpoint.port, kClosedPort);
  EXPECT_EQ(refused->endpoint.protocol, Protocol::Tcp);
  EXPECT_NE(refused->endpoint.network_namespace, 0U);
  EXPECT_EQ(refused->error, ECONNREFUSED);
  EXPECT_NE(refused->stack.value(), 0U);
  EXPECT_GT(refused->latency_sum.count(), 0);
  EXPECT_LE(refused->first, refused->last);
}

TEST_F(TcpConnects, RefusalsOverIpv6AndOverMappedAddresses) {
  const Observed seen = host_->observe([] {
    return refused_times(AF_INET6, v6("::1", kClosedPort), 3) +
           refused_times(AF_INET6, v6("::ffff:127.0.0.1", kClosedPort), 2);
  });
  std::uint64_t v6_count = 0;
  std::uint64_t mapped_count = 0;
  for (const ConnectCount& count : seen.connects) {
    if (count.outcome == ConnectOutcome::Refused) {
      v6_count += count.endpoint.address == "::1" ? count.count : 0;
      mapped_count += count.endpoint.address == "127.0.0.1" ? count.count : 0;
    }
  }
  EXPECT_EQ(v6_count, 3U);
  EXPECT_EQ(mapped_count, 2U);
}

TEST_F(TcpConnects, GapsBetweenAttemptsAreCountedOnceEach) {
  const Observed seen = host_->observe([] {
    for (int i = 0; i < 6; ++i) {
      if (refused_times(AF_INET, v4("127.0.0.1", kClosedPort), 1) != 0) {
        return 1;
      }
      std::this_thread::sleep_for(20ms);
    }
    return 0;
  });
  std::uint64_t gaps = 0;
  std::uint64_t about_20_ms = 0;
  for (const ConnectCount& count : seen.connects) {
    for (std::size_t bucket = 0; bucket < kGapBuckets; ++bucket) {
      gaps += count.gaps.at(bucket);
      about_20_ms += bucket >= 5 ? count.gaps.at(bucket) : 0;  // 16 ms and more
    }
  }
  EXPECT_EQ(gaps, 5U);
  EXPECT_EQ(about_20_ms, 5U);
}

TEST_F(TcpConnects, ANonBlockingConnectIsNoFailureUntilItsOutcome) {
  const Observed seen = host_->observe([] {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect_to(socket, v4("127.0.0.1", kClosedPort)) != 0 && errno != EINPROGRESS) {
      return errno == ECONNREFUSED ? 0 : 1;
    }
    pollfd waiting{.fd = socket, .events = POLLOUT, .revents = 0};
    ::poll(&waiting, 1, 1000);
    // Asking again must not count again.
    return connect_to(socket, v4("127.0.0.1", kClosedPort)) == -1 ? 0 : 2;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::OtherError), 0U);
  EXPECT_GE(seen.connect_count(ConnectOutcome::Refused), 1U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Refused),
            seen.connect_count(ConnectOutcome::Attempted));
}

TEST_F(TcpConnects, ANetworkWithoutRoutesIsUnreachable) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Down)) {
      return 1;
    }
    for (int i = 0; i < 7; ++i) {
      const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
      if (connect_to(socket, v4("10.1.2.3", 5432)) == 0 || errno != ENETUNREACH) {
        return 2;
      }
      ::close(socket);
    }
    return 0;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Attempted), 7U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Unreachable), 7U);
  const ConnectCount* unreachable = seen.connect(ConnectOutcome::Unreachable);
  ASSERT_NE(unreachable, nullptr);
  EXPECT_EQ(unreachable->endpoint.address, "10.1.2.3");
  EXPECT_EQ(unreachable->endpoint.port, 5432);
  EXPECT_EQ(unreachable->error, ENETUNREACH);
  EXPECT_NE(unreachable->stack.value(), 0U);
}

TEST_F(TcpConnects, AnApplicationThatGivesUpAbandons) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up) || !add_silent_route()) {
      return 1;
    }
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect_to(socket, v4("10.9.9.9", 80)) == 0 || errno != EINPROGRESS) {
      return 2;
    }
    std::this_thread::sleep_for(50ms);
    ::close(socket);
    return 0;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Attempted), 1U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Abandoned), 1U);
  EXPECT_GE(seen.connect(ConnectOutcome::Abandoned)->latency_sum, 50ms);
}

TEST_F(TcpConnects, TheKernelsOwnTimeoutIsATimeout) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up) || !add_silent_route()) {
      return 1;
    }
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const unsigned milliseconds = 500;
    ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof(milliseconds));
    return connect_to(socket, v4("10.9.9.9", 80)) == -1 && errno == ETIMEDOUT ? 0 : 2;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Attempted), 1U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::TimedOut), 1U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::OtherError), 0U);
}

TEST_F(TcpConnects, NoLocalPortLeftIsAnErrorOfItsOwn) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up)) {
      return 1;
    }
    const int range = ::open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY);
    if (range < 0 || ::write(range, "40000 40001", 11) != 11) {
      return 2;
    }
    const Listener listener = listen_on_loopback();
    int sockets[3];
    int last = 0;
    for (int& socket : sockets) {
      socket = ::socket(AF_INET, SOCK_STREAM, 0);
      last = connect_to(socket, v4("127.0.0.1", listener.port));
    }
    return last == -1 && errno == EADDRNOTAVAIL ? 0 : 3;
  });
  const ConnectCount* failed = seen.connect(ConnectOutcome::OtherError);
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->error, EADDRNOTAVAIL);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Abandoned), 0U);
}

/// A server that accepts `connections` and hangs up after having sent `answer`.
void serve(const Listener& listener, int connections, std::string answer) {
  for (int i = 0; i < connections; ++i) {
    const int accepted = ::accept(listener.socket, nullptr, nullptr);
    (void)!::send(accepted, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::close(accepted);
  }
}

/// Connects, reads until the server hangs up, closes.
int be_answered(std::uint16_t port, int times) {
  for (int i = 0; i < times; ++i) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (connect_to(socket, v4("127.0.0.1", port)) != 0) {
      return 1;
    }
    char buffer[4096];
    while (::recv(socket, buffer, sizeof(buffer), 0) > 0) {
    }
    ::close(socket);
  }
  return 0;
}

TEST_F(TcpConnects, AServerThatHangsUpAtOnceMakesShortLivedConnections) {
  const Listener listener = listen_on_loopback();
  std::thread server(serve, listener, 5, "ERROR 1040: Too many connections");
  const Observed seen = host_->observe([&] { return be_answered(listener.port, 5); });
  server.join();
  ::close(listener.socket);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Established), 5U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::ShortLived), 5U);
}

TEST_F(TcpConnects, AConnectionThatWasAnsweredIsNotShortLived) {
  const Listener listener = listen_on_loopback();
  std::thread server(serve, listener, 5, std::string(600, 'x'));
  const Observed seen = host_->observe([&] { return be_answered(listener.port, 5); });
  server.join();
  ::close(listener.socket);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Established), 5U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::ShortLived), 0U);
}

TEST_F(TcpConnects, KnockingAtAPortIsNotShortLived) {
  const Listener listener = listen_on_loopback();
  const Observed seen = host_->observe([&] {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const int result = connect_to(socket, v4("127.0.0.1", listener.port));
    ::close(socket);
    return result == 0 ? 0 : 1;
  });
  ::close(listener.socket);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Established), 1U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::ShortLived), 0U);
}

TEST_F(TcpConnects, AStormOnTwoThreadsLosesNothing) {
  constexpr int kAttempts = 5000;
  const Observed seen = host_->observe([] {
    int other_failures = 1;
    std::thread other(
        [&] { other_failures = refused_times(AF_INET, v4("127.0.0.1", kClosedPort), kAttempts); });
    const int failures = refused_times(AF_INET, v4("127.0.0.1", kClosedPort), kAttempts);
    other.join();
    return failures + other_failures;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Attempted), 2U * kAttempts);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Refused), 2U * kAttempts);
}

TEST_F(TcpConnects, TheAcceptingSideMakesNoAttempts) {
  const Observed seen = host_->observe([] {
    const Listener listener = listen_on_loopback();
    const pid_t client = ::fork();
    if (client == 0) {
      ::_exit(be_answered(listener.port, 1));
    }
    serve(listener, 1, "hello");
    return 0;
  });
  EXPECT_TRUE(seen.connects.empty());
}

TEST_F(TcpConnects, FailuresAreSeenWithoutTheStateProgramToo) {
  ProbedHost::Setup setup;
  setup.with_tcp_states = false;
  auto host = ProbedHost::open(setup);
  ASSERT_TRUE(host) << host.error().message();
  const Observed seen =
      (*host)->observe([] { return refused_times(AF_INET, v4("127.0.0.1", kClosedPort), 4); });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Refused), 4U);
}

}  // namespace
}  // namespace culprit
