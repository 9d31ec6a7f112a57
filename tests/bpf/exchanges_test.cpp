// SPDX-License-Identifier: Apache-2.0
// Requests and responses by turns on kept-alive connections.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "bpf/own_network.h"
#include "bpf/probed_host.h"

namespace culprit {
namespace {

constexpr std::size_t kRequestBytes = 40;
constexpr std::size_t kResponseBytes = 300;

class Exchanges : public ProbedTest {
 protected:
  void SetUp() override {
    ProbedTest::SetUp();
    if (host_ == nullptr) {
      return;
    }
    listener_ = listen_on_loopback();
    ASSERT_GE(listener_.socket, 0);
  }
  void TearDown() override { ::close(listener_.socket); }

  Listener listener_;
};

/// Answers each request of `request` bytes with `response` bytes until the client hangs up.
int answer_all(int listening, std::size_t response) {
  const int accepted = ::accept(listening, nullptr, nullptr);
  const std::string answer(response, 'r');
  char buffer[4096];
  for (;;) {
    const ssize_t got = ::recv(accepted, buffer, sizeof(buffer), 0);
    if (got <= 0 || ::send(accepted, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) {
      ::close(accepted);
      return 0;
    }
  }
}

int ask(std::uint16_t port, int times, std::size_t growth) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (connect_to(socket, v4("127.0.0.1", port)) != 0) {
    return 1;
  }
  char buffer[4096];
  for (int i = 0; i < times; ++i) {
    const std::string request(kRequestBytes + static_cast<std::size_t>(i) * growth, 'q');
    if (::send(socket, request.data(), request.size(), 0) < 0) {
      return 2;
    }
    for (std::size_t got = 0; got < kResponseBytes;) {
      const ssize_t part = ::recv(socket, buffer, sizeof(buffer), 0);
      if (part <= 0) {
        return 3;
      }
      got += static_cast<std::size_t>(part);
    }
  }
  ::close(socket);
  return 0;
}

TEST_F(Exchanges, AClientThatRepeatsItselfIsSeenWithItsSizes) {
  constexpr int kRequests = 101;
  std::thread server(answer_all, listener_.socket, kResponseBytes);
  const Observed seen = host_->observe([&] { return ask(listener_.port, kRequests, 0); });
  server.join();
  ASSERT_EQ(seen.exchanges.size(), 1U);
  const ExchangeCount& count = seen.exchanges.front();
  EXPECT_TRUE(count.client);
  // Each is counted when the next one begins.
  EXPECT_EQ(count.exchanges, kRequests - 1U);
  EXPECT_EQ(count.same_sizes, kRequests - 2U);
  EXPECT_EQ(count.sent_bytes, (kRequests - 1U) * kRequestBytes);
  EXPECT_EQ(count.received_bytes, (kRequests - 1U) * kResponseBytes);
  EXPECT_EQ(count.request_bytes, kRequestBytes);
  EXPECT_EQ(count.response_bytes, kResponseBytes);
  EXPECT_EQ(count.endpoint.address, "127.0.0.1");
  EXPECT_EQ(count.endpoint.port, listener_.port);
  EXPECT_NE(count.stack.value(), 0U);
}

TEST_F(Exchanges, TheAcceptingSideIsTheServer) {
  constexpr int kRequests = 50;
  const Observed seen = host_->observe([&] {
    const pid_t client = ::fork();
    if (client == 0) {
      ::_exit(ask(listener_.port, kRequests, 0));
    }
    return answer_all(listener_.socket, kResponseBytes);
  });
  ASSERT_EQ(seen.exchanges.size(), 1U);
  EXPECT_FALSE(seen.exchanges.front().client);
  EXPECT_EQ(seen.exchanges.front().request_bytes, kRequestBytes);
  EXPECT_EQ(seen.exchanges.front().response_bytes, kResponseBytes);
  EXPECT_EQ(seen.exchanges.front().exchanges, kRequests - 1U);
}

TEST_F(Exchanges, SizesThatVaryAreNotTheSame) {
  std::thread server(answer_all, listener_.socket, kResponseBytes);
  const Observed seen = host_->observe([&] { return ask(listener_.port, 20, 1); });
  server.join();
  ASSERT_EQ(seen.exchanges.size(), 1U);
  EXPECT_EQ(seen.exchanges.front().exchanges, 19U);
  EXPECT_EQ(seen.exchanges.front().same_sizes, 0U);
}

TEST_F(Exchanges, OneRequestPerConnectionIsNotKeptAlive) {
  constexpr int kConnections = 10;
  std::thread server([&] {
    for (int i = 0; i < kConnections; ++i) {
      answer_all(listener_.socket, kResponseBytes);
    }
  });
  const Observed seen = host_->observe([&] {
    int failures = 0;
    for (int i = 0; i < kConnections; ++i) {
      failures += ask(listener_.port, 1, 0);
    }
    return failures;
  });
  server.join();
  EXPECT_TRUE(seen.exchanges.empty());
}

}  // namespace
}  // namespace culprit
