// SPDX-License-Identifier: Apache-2.0
// Questions to a name server and what became of them, in a network of their own.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "bpf/own_network.h"
#include "bpf/probed_host.h"

namespace culprit {
namespace {

constexpr std::uint16_t kDnsPort = 53;

class Dns : public ProbedTest {};

/// A question for the address of `name`, as resolvers send it.
std::string question(const std::string& name) {
  std::string packet("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  std::size_t begin = 0;
  while (begin <= name.size()) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    packet += static_cast<char>(end - begin);
    packet += name.substr(begin, end - begin);
    begin = end + 1;
  }
  packet.append("\0\0\1\0\1", 5);
  return packet;
}

/// Answers one question with this code, in the same process: a thread of the child.
class NameServer {
 public:
  NameServer(int questions, char code) : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    const sockaddr_in address = v4("127.0.0.1", kDnsPort);
    bound_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    thread_ = std::thread([this, questions, code] { answer(questions, code); });
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer() {
    thread_.join();
    ::close(socket_);
  }
  [[nodiscard]] bool bound() const { return bound_; }

 private:
  void answer(int questions, char code) const {
    for (int i = 0; i < questions; ++i) {
      char packet[512];
      sockaddr_in from{};
      socklen_t size = sizeof(from);
      const ssize_t got =
          ::recvfrom(socket_, packet, sizeof(packet), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 12) {
        return;
      }
      packet[2] = static_cast<char>(0x81);
      packet[3] = static_cast<char>(0x80 | code);
      ::sendto(socket_, packet, static_cast<std::size_t>(got), 0,
               reinterpret_cast<const sockaddr*>(&from), size);
    }
  }

  int socket_;
  bool bound_ = false;
  std::thread thread_;
};

int connected_socket() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  return connect_to(socket, v4("127.0.0.1", kDnsPort)) == 0 ? socket : -1;
}

TEST_F(Dns, AnUnknownNameIsCountedWithTheName) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up)) {
      return 1;
    }
    const NameServer server(3, 3);
    if (!server.bound()) {
      return 2;
    }
    const std::string packet = question("DB.Internal.example");
    for (int i = 0; i < 3; ++i) {
      const int socket = connected_socket();
      char buffer[512];
      if (::send(socket, packet.data(), packet.size(), 0) < 0 ||
          ::recv(socket, buffer, sizeof(buffer), 0) < 12) {
        return 3;
      }
      ::close(socket);
    }
    return 0;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::DnsAsked), 3U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::DnsNoName), 3U);
  const ConnectCount* unknown = seen.connect(ConnectOutcome::DnsNoName);
  ASSERT_NE(unknown, nullptr);
  EXPECT_EQ(unknown->hostname, "db.internal.example");
  EXPECT_EQ(unknown->endpoint.address, "127.0.0.1");
  EXPECT_EQ(unknown->endpoint.port, kDnsPort);
  EXPECT_EQ(unknown->endpoint.protocol, Protocol::Udp);
  EXPECT_NE(unknown->stack.value(), 0U);
}

TEST_F(Dns, QuestionsOfAnUnconnectedSocketAreFollowed) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up)) {
      return 1;
    }
    const NameServer server(2, 0);
    const std::string packet = question("a.example");
    const sockaddr_in address = v4("127.0.0.1", kDnsPort);
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    char buffer[512];
    sockaddr_in from{};
    iovec piece{buffer, sizeof(buffer)};
    msghdr header{};
    header.msg_name = &from;
    header.msg_namelen = sizeof(from);
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    const auto* target = reinterpret_cast<const sockaddr*>(&address);
    socklen_t size = sizeof(from);
    return ::sendto(socket, packet.data(), packet.size(), 0, target, sizeof(address)) > 0 &&
                   ::recvfrom(socket, buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr*>(&from),
                              &size) > 0 &&
                   ::sendto(socket, packet.data(), packet.size(), 0, target, sizeof(address)) > 0 &&
                   ::recvmsg(socket, &header, 0) > 0
               ? 0
               : 2;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::DnsAsked), 2U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::DnsAnswered), 2U);
}

TEST_F(Dns, TwoQuestionsInOneSendmmsgAreTwo) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up)) {
      return 1;
    }
    const NameServer server(2, 2);
    std::string packets[] = {question("one.example"), question("two.example")};
    iovec pieces[2];
    mmsghdr messages[2] = {};
    for (std::size_t i = 0; i < 2; ++i) {
      pieces[i] = {packets[i].data(), packets[i].size()};
      messages[i].msg_hdr.msg_iov = &pieces[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int socket = connected_socket();
    char buffer[512];
    return ::sendmmsg(socket, messages, 2, 0) == 2 &&
                   ::recv(socket, buffer, sizeof(buffer), 0) > 0 &&
                   ::read(socket, buffer, sizeof(buffer)) > 0
               ? 0
               : 2;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::DnsAsked), 2U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::DnsFailed), 2U);
  std::vector<std::string> names;
  for (const ConnectCount& count : seen.connects) {
    if (count.outcome == ConnectOutcome::DnsAsked) {
      names.push_back(count.hostname);
    }
  }
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"one.example", "two.example"}));
}

TEST_F(Dns, ANameServerThatIsNotThereRefuses) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up)) {
      return 1;
    }
    const int socket = connected_socket();
    const std::string packet = question("gone.example");
    char buffer[512];
    return ::send(socket, packet.data(), packet.size(), 0) > 0 &&
                   ::recv(socket, buffer, sizeof(buffer), 0) == -1 && errno == ECONNREFUSED
               ? 0
               : 2;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::DnsAsked), 1U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Refused), 1U);
  EXPECT_EQ(seen.connect(ConnectOutcome::Refused)->hostname, "gone.example");
}

TEST_F(Dns, AServerThatIsSilentLeavesTheQuestionOpen) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up)) {
      return 1;
    }
    const int silent = ::socket(AF_INET, SOCK_DGRAM, 0);
    const sockaddr_in address = v4("127.0.0.1", kDnsPort);
    ::bind(silent, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    const int socket = connected_socket();
    const std::string packet = question("silent.example");
    char buffer[512];
    return ::send(socket, packet.data(), packet.size(), 0) > 0 &&
                   ::recv(socket, buffer, sizeof(buffer), MSG_DONTWAIT) == -1 && errno == EAGAIN
               ? 0
               : 2;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::DnsAsked), 1U);
  EXPECT_EQ(seen.connects.size(), 1U);
}

TEST_F(Dns, ANameServerWithoutARouteIsUnreachable) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Down)) {
      return 1;
    }
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    return connect_to(socket, v4("10.0.0.2", kDnsPort)) == -1 && errno == ENETUNREACH ? 0 : 2;
  });
  EXPECT_EQ(seen.connect_count(ConnectOutcome::DnsAsked), 1U);
  EXPECT_EQ(seen.connect_count(ConnectOutcome::Unreachable), 1U);
}

TEST_F(Dns, AConnectKnowsTheNameThatItsThreadAskedFor) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up)) {
      return 1;
    }
    const NameServer server(1, 0);
    const int socket = connected_socket();
    const std::string packet = question("mysql.shop");
    char buffer[512];
    if (::send(socket, packet.data(), packet.size(), 0) < 0 ||
        ::recv(socket, buffer, sizeof(buffer), 0) < 0) {
      return 2;
    }
    const int tcp = ::socket(AF_INET, SOCK_STREAM, 0);
    return connect_to(tcp, v4("127.0.0.1", 3306)) == -1 ? 0 : 3;
  });
  const ConnectCount* refused = seen.connect(ConnectOutcome::Refused);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->endpoint.protocol, Protocol::Tcp);
  EXPECT_EQ(refused->hostname, "mysql.shop");
}

TEST_F(Dns, LabelsThatRunBeyondThePacketDoNotMisleadUs) {
  const Observed seen = host_->observe([] {
    if (!enter_own_network(Loopback::Up)) {
      return 1;
    }
    const int socket = connected_socket();
    std::string packet = question("x").substr(0, 12);
    packet += '\x3f';  // 63 bytes to come, and they do not
    packet += "\x1b[31m\n";
    std::string endless = packet.substr(0, 12);
    for (int i = 0; i < 40; ++i) {
      endless += "\x05label";
    }
    return ::send(socket, packet.data(), packet.size(), 0) > 0 &&
                   ::send(socket, endless.data(), endless.size(), 0) != 0
               ? 0
               : 2;
  });
  EXPECT_GE(seen.connect_count(ConnectOutcome::DnsAsked), 1U);
  for (const ConnectCount& count : seen.connects) {
    EXPECT_LT(count.hostname.size(), 112U);
  }
}

}  // namespace
}  // namespace culprit
