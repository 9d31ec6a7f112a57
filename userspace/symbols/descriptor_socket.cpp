// SPDX-License-Identifier: Apache-2.0
#include "symbols/descriptor_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>

namespace culprit {
namespace {

constexpr std::int64_t kLongestPollMs = 60'000;

/// Room for one descriptor; what more a misbehaving sender passes is dropped by the kernel.
struct alignas(cmsghdr) ControlBuffer {
  std::array<char, CMSG_SPACE(sizeof(int))> bytes{};
};

}  // namespace

Result<std::pair<UniqueFd, UniqueFd>> open_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return Error::from_errno("make a socket pair", errno);
  }
  return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

Status send_message(int socket, std::span<const std::byte> message, int passed) {
  // sendmsg takes a pointer to non-const and does not write to it.
  iovec part{.iov_base = const_cast<std::byte*>(message.data()), .iov_len = message.size()};
  ControlBuffer control;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (passed >= 0) {
    header.msg_control = control.bytes.data();
    header.msg_controllen = control.bytes.size();
    cmsghdr* entry = CMSG_FIRSTHDR(&header);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(sizeof passed);
    std::memcpy(CMSG_DATA(entry), &passed, sizeof passed);
  }
  for (;;) {
    const ssize_t sent = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent < 0) {
      return Error::from_errno("send to the other process", errno);
    }
    return Success{};
  }
}

Result<ReceivedMessage> receive_message(int socket, std::span<std::byte> buffer) {
  iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
  ControlBuffer control;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  ssize_t count = -1;
  do {
    count = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    return Error::from_errno("receive from the other process", errno);
  }
  ReceivedMessage message;
  const cmsghdr* entry = CMSG_FIRSTHDR(&header);
  if (entry != nullptr && entry->cmsg_level == SOL_SOCKET && entry->cmsg_type == SCM_RIGHTS &&
      entry->cmsg_len == CMSG_LEN(sizeof(int))) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(entry), sizeof descriptor);
    message.passed = UniqueFd(descriptor);
  }
  if ((header.msg_flags & MSG_TRUNC) != 0) {
    return Error("a message of the other process is too long");
  }
  message.bytes = buffer.first(static_cast<std::size_t>(count));
  return message;
}

bool readable_by(int socket, KernelTime deadline) {
  pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
  for (;;) {
    const auto left = deadline - std::chrono::steady_clock::now();
    const auto ms = std::clamp<std::int64_t>(
        std::chrono::ceil<std::chrono::milliseconds>(left).count(), 0, kLongestPollMs);
    const int count = ::poll(&ready, 1, static_cast<int>(ms));
    if (count > 0) {
      return true;
    }
    if (count == 0 && ms < kLongestPollMs) {
      return false;
    }
    if (count < 0 && errno != EINTR) {
      return false;
    }
  }
}

}  // namespace culprit
