// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/kernel_time.h"

namespace culprit {

// Counts gathered in the kernel and read once a second: each value covers what happened since the
// value of the same key before it (`until` is the moment of reading).

/// For how much of the time since the value before it the hook on the system-call path was
/// attached. The counts that follow it are what happened in that part of the time.
struct HookCoverage {
  KernelTime until;
  std::chrono::nanoseconds elapsed{0};
  std::chrono::nanoseconds observed{0};
};

/// How system calls of one thread ended.
struct SyscallCount {
  KernelTime until;
  CgroupId cgroup;
  Pid pid;
  Tid tid;
  std::uint32_t number = 0;
  bool compat = false;  ///< a 32-bit call: numbers of the other table
  bool returned_zero = false;
  std::uint16_t error = 0;  ///< errno; 0 when the call succeeded
  std::uint64_t count = 0;
};

enum class Protocol : std::uint8_t { Tcp = 1, Udp = 2, Unix = 3 };

/// A destination in one network namespace.
struct Endpoint {
  Protocol protocol = Protocol::Tcp;
  std::uint32_t network_namespace = 0;
  std::string address;  ///< "172.18.0.3", "::1", or the Unix socket's path (abstract: "@name")
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
};

enum class ConnectOutcome : std::uint8_t {
  Established = 1,
  Refused = 2,
  TimedOut = 3,
  Unreachable = 4,
  Reset = 5,
  Abandoned = 6,
  Pending = 7,
  Absent = 8,
  BacklogFull = 9,
  ShortLived = 10,
  DnsAnswered = 11,
  DnsNoName = 12,
  DnsFailed = 13,
  DnsAsked = 14,
  OtherError = 15,
  Attempted = 16
};

inline constexpr std::size_t kGapBuckets = 16;

/// How attempts to reach one destination ended. ShortLived is counted besides Established,
/// DnsAsked besides the answers, Attempted besides the outcomes.
struct ConnectCount {
  KernelTime until;
  CgroupId cgroup;
  Pid pid;
  Endpoint endpoint;
  std::string hostname;  ///< the name this thread looked up last, or asked for; may be empty
  ConnectOutcome outcome = ConnectOutcome::Established;
  std::uint16_t error = 0;
  StackHash stack;  ///< of the connect call; 0 when not known
  /// Seen when the call ended, hence only while that hook is attached; else by the socket's state.
  bool by_call = false;
  std::uint64_t count = 0;
  KernelTime first;
  KernelTime last;
  std::chrono::nanoseconds latency_sum{0};
  /// Gaps between attempts by log2 of milliseconds; bucket 0: below 1 ms; see connect_attempt.h.
  std::array<std::uint32_t, kGapBuckets> gaps{};
};

/// Requests and responses by turns on one connection, by sizes only.
struct ExchangeCount {
  KernelTime until;
  CgroupId cgroup;
  Pid pid;
  Tid tid;
  std::uint64_t connection = 0;
  Endpoint endpoint;  ///< the peer
  bool client = false;
  StackHash stack;
  std::uint64_t exchanges = 0;
  std::uint64_t same_sizes = 0;  ///< of these, how many had the sizes of the one before
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;
  std::uint32_t request_bytes = 0;
  std::uint32_t response_bytes = 0;
};

enum class FileKind : std::uint8_t { Regular = 1, Pipe = 2, Socket = 3, Terminal = 4, Other = 5 };

/// What one process wrote to one file object.
struct WriteCount {
  KernelTime until;
  CgroupId cgroup;
  Pid pid;
  std::uint64_t inode = 0;
  std::uint32_t device = 0;
  FileKind kind = FileKind::Other;
  std::uint32_t descriptor = 0;
  /// As /proc/PID/fd showed it, "pipe:[123]" included; a Unix socket's peer path; may be empty.
  std::string path;
  bool append = false;
  bool stream_socket = false;
  bool datagram = false;
  StackHash stack;  ///< of a sampled call; 0 for those not sampled
  std::uint64_t calls = 0;
  std::uint64_t bytes = 0;
  std::uint64_t text_calls = 0;       ///< printable and ending in a newline
  std::uint64_t printable_calls = 0;  ///< these, and those that end within a line
  std::uint64_t inner_bytes = 0;      ///< of the printable calls, looked at; without the last byte
  std::uint64_t inner_newlines = 0;   ///< among these bytes
  std::uint64_t syncs = 0;
  std::uint64_t failures = 0;
  std::uint16_t last_error = 0;
};

}  // namespace culprit
