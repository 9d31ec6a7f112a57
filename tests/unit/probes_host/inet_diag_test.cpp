// SPDX-License-Identifier: Apache-2.0
#include "probes/host/inet_diag.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace culprit {
namespace {

TEST(NetTcp, ReadsTheListeningRows) {
  constexpr const char* kText =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:1388 00000000:0000 0A 00000000:00000007 00:00000000 00000000     0        0 "
      "4711 1 0000 100 0 0 10 0\n"
      "   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A "
      "00000000:00000000 00:00000000 00000000     0        0 4712 1 0\n"
      "   2: 0100007F:1388 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 "
      "4713 1 0\n"
      "   3: 0100007F:1389 00000000:0000 0A 00000000:00000007 00:00000000 00000000     0        0 "
      "4714 1 0\n";
  const auto listeners = parse_net_tcp(kText);
  ASSERT_EQ(listeners.size(), 2U);
  EXPECT_EQ(listeners[0].port, 5000);
  EXPECT_EQ(listeners[0].waiting, 7U);
  EXPECT_EQ(listeners[0].inode, 4711U);
  EXPECT_EQ(listeners[1].port, 80);
}

TEST(NetTcp, SurvivesOddRows) {
  for (const char* text :
       {"", "\n", "\n\n", "x\n a b c 0A d e f g h i\n", "x\n0: :FFFFF : 0A 0:0 0 0 0 0 1\n",
        "x\n0: 1:1 2:2 0A 0:99999999999999999999 0 0 0 0 1\n", "x\n0: 1 2 0A 3 4 5 6 7 8\n"}) {
    EXPECT_TRUE(parse_net_tcp(text).empty()) << text;
  }
}

std::vector<std::byte> message(std::uint16_t type, const void* payload, std::size_t size) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + size);
  header.nlmsg_type = type;
  std::vector<std::byte> bytes((header.nlmsg_len + 3U) & ~std::size_t{3});
  std::memcpy(bytes.data(), &header, sizeof(header));
  std::memcpy(bytes.data() + sizeof(header), payload, size);
  return bytes;
}

TEST(InetDiag, ReadsListenersAndTheEnd) {
  inet_diag_msg row{};
  row.idiag_state = 10;
  row.id.idiag_sport = htons(5000);
  row.idiag_rqueue = 3;
  row.idiag_wqueue = 128;
  row.idiag_inode = 99;
  std::vector<std::byte> datagram = message(SOCK_DIAG_BY_FAMILY, &row, sizeof(row));
  row.idiag_state = 1;
  const auto established = message(SOCK_DIAG_BY_FAMILY, &row, sizeof(row));
  datagram.insert(datagram.end(), established.begin(), established.end());
  const int zero = 0;
  const auto end = message(NLMSG_DONE, &zero, sizeof(zero));
  datagram.insert(datagram.end(), end.begin(), end.end());
  const DiagMessages messages = parse_inet_diag(datagram);
  EXPECT_TRUE(messages.done);
  ASSERT_EQ(messages.listeners.size(), 1U);
  EXPECT_EQ(messages.listeners[0].port, 5000);
  EXPECT_EQ(messages.listeners[0].waiting, 3U);
  EXPECT_EQ(messages.listeners[0].backlog, 128U);
  EXPECT_EQ(messages.listeners[0].inode, 99U);
  // Cut anywhere, it is read as far as it goes.
  for (std::size_t length = 0; length < datagram.size(); ++length) {
    EXPECT_LE(parse_inet_diag(std::span(datagram).first(length)).listeners.size(), 1U);
  }
}

TEST(InetDiag, ReadsFailures) {
  nlmsgerr failure{};
  failure.error = -EPERM;
  EXPECT_EQ(parse_inet_diag(message(NLMSG_ERROR, &failure, sizeof(failure))).error, EPERM);
  EXPECT_EQ(parse_inet_diag(message(NLMSG_ERROR, &failure, 1)).error, EPROTO);
  nlmsghdr endless{};  // a length that would not advance
  std::vector<std::byte> bytes(sizeof(endless) * 2);
  EXPECT_TRUE(parse_inet_diag(bytes).listeners.empty());
}

}  // namespace
}  // namespace culprit
