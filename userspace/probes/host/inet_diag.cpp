// SPDX-License-Identifier: Apache-2.0
#include "probes/host/inet_diag.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace culprit {
namespace {

constexpr std::uint8_t kListen = 10;  // TCP_LISTEN
constexpr std::size_t kMaxListeners = 65536;

/// Copies a struct out of bytes that need not be aligned; false when there are too few.
template <typename Struct>
bool copy_from(std::span<const std::byte> bytes, Struct& value) {
  if (bytes.size() < sizeof(Struct)) {
    return false;
  }
  std::memcpy(&value, bytes.data(), sizeof(Struct));
  return true;
}

/// A whole text as a number of this base.
std::optional<std::uint64_t> number_of(std::string_view text, int base) {
  std::uint64_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number, base);
  const bool whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

/// "  0: 0100007F:1F90 00000000:0000 0A 00000000:00000007 00:00000000 ... uid timeout inode"
std::optional<Listener> parse_row(std::string_view line, bool& listening) {
  std::array<std::string_view, 10> words;
  std::size_t count = 0;
  while (count < words.size()) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) {
      break;
    }
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    words[count++] = line.substr(begin, end - begin);
    line.remove_prefix(end);
  }
  listening = count == words.size() && words[3] == "0A";
  if (!listening) {
    return std::nullopt;
  }
  const std::size_t address = words[1].rfind(':'), queue = words[4].find(':');
  if (address == std::string_view::npos || queue == std::string_view::npos) {
    return std::nullopt;
  }
  const auto port = number_of(words[1].substr(address + 1), 16);
  const auto waiting = number_of(words[4].substr(queue + 1), 16);
  const auto inode = number_of(words[9], 10);
  if (!port || *port > UINT16_MAX || !waiting || !inode) {
    return std::nullopt;
  }
  return Listener{*inode, static_cast<std::uint16_t>(*port), static_cast<std::uint32_t>(*waiting),
                  0};
}

/// The calling thread's network namespace, to return to.
Result<UniqueFd> own_namespace() {
  const char* path = "/proc/thread-self/ns/net";
  UniqueFd own(::open(path, O_RDONLY | O_CLOEXEC));
  if (!own.valid()) {
    return Error::from_errno(std::string("open ") + path, errno);
  }
  return own;
}

bool is_same_file(const UniqueFd& one, const UniqueFd& other) {
  struct stat first {};
  struct stat second {};
  return ::fstat(one.get(), &first) == 0 && ::fstat(other.get(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/// Opens the socket in a network namespace. This thread visits it and returns; a thread of its own
/// would wait for a CPU on a starving host, and whoever drains the kernel would wait for it. To
/// where this thread is already it need not go, which takes a right that may have been given up.
Result<UniqueFd> open_socket_in(const std::string& namespace_path) {
  auto own = own_namespace();
  if (!own) {
    return std::move(own).error();
  }
  const UniqueFd name_space(::open(namespace_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!name_space.valid()) {
    return Error::from_errno("open " + namespace_path, errno);
  }
  const bool elsewhere = !is_same_file(*own, name_space);
  if (elsewhere && ::setns(name_space.get(), CLONE_NEWNET) != 0) {
    return Error::from_errno("enter " + namespace_path, errno);
  }
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  const int socket_error = errno;
  if (elsewhere && ::setns(own->get(), CLONE_NEWNET) != 0) {
    return Error::from_errno("return from " + namespace_path, errno);
  }
  if (!socket.valid()) {
    return Error::from_errno("open a socket for socket diagnostics", socket_error);
  }
  // The kernel answers at once; were it not to, nothing may wait for it.
  const timeval limit{0, 200000};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  return socket;
}

}  // namespace

DiagMessages parse_inet_diag(std::span<const std::byte> datagram) {
  DiagMessages messages;
  nlmsghdr header{};
  while (copy_from(datagram, header) && header.nlmsg_len >= sizeof(header) &&
         header.nlmsg_len <= datagram.size()) {
    const auto payload = datagram.subspan(sizeof(header), header.nlmsg_len - sizeof(header));
    inet_diag_msg row{};
    nlmsgerr failure{};
    if (header.nlmsg_type == NLMSG_DONE) {
      messages.done = true;
      return messages;
    }
    if (header.nlmsg_type == NLMSG_ERROR) {
      messages.error = copy_from(payload, failure) && failure.error < 0 ? -failure.error : EPROTO;
      return messages;
    }
    if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY && copy_from(payload, row) &&
        row.idiag_state == kListen) {
      messages.listeners.push_back(
          {row.idiag_inode, ntohs(row.id.idiag_sport), row.idiag_rqueue, row.idiag_wqueue});
    }
    const std::size_t aligned = (header.nlmsg_len + 3U) & ~std::size_t{3};
    datagram = datagram.subspan(std::min(aligned, datagram.size()));
  }
  return messages;
}

std::vector<Listener> parse_net_tcp(std::string_view text) {
  std::vector<Listener> listeners;
  bool heading = true;
  while (!text.empty() && listeners.size() < kMaxListeners) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    bool listening = false;
    const auto row = parse_row(text.substr(0, end), listening);
    if (!heading && !listening) {
      break;
    }
    if (row) {
      listeners.push_back(*row);
    }
    heading = false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return listeners;
}

Result<InetDiag> InetDiag::open_in(const std::string& namespace_path) {
  auto socket = open_socket_in(namespace_path);
  if (!socket) {
    return std::move(socket).error();
  }
  return InetDiag(*std::move(socket));
}

Result<std::vector<Listener>> InetDiag::listeners() {
  std::vector<Listener> found;
  for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
    if (Status dumped = dump(family, found); !dumped) {
      return std::move(dumped).error();
    }
  }
  return found;
}

Status InetDiag::dump(std::uint8_t family, std::vector<Listener>& listeners) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 question;
  } request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.question.sdiag_family = family;
  request.question.sdiag_protocol = IPPROTO_TCP;
  request.question.idiag_states = 1U << kListen;
  if (::send(socket_.get(), &request, sizeof(request), 0) < 0) {
    return Error::from_errno("ask for listening sockets", errno);
  }
  std::array<std::byte, 32768> buffer{};
  while (listeners.size() < kMaxListeners) {
    const ssize_t length = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (length < 0 && errno == EINTR) {
      continue;
    }
    if (length <= 0) {
      return Error::from_errno("read the list of listening sockets", length < 0 ? errno : EPROTO);
    }
    const DiagMessages messages =
        parse_inet_diag(std::span(buffer).first(static_cast<std::size_t>(length)));
    if (messages.error != 0) {
      return Error::from_errno("list listening sockets", messages.error);
    }
    listeners.insert(listeners.end(), messages.listeners.begin(), messages.listeners.end());
    if (messages.done) {
      return Success{};
    }
  }
  return Error("there are more listening sockets than are read");
}

}  // namespace culprit
