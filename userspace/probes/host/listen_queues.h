// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "probes/host/inet_diag.h"
#include "samples/usage.h"

namespace culprit {

/// A living process and the network namespace it is in.
struct NetworkProcess {
  std::uint32_t network_namespace = 0;
  Pid pid;
  CgroupId cgroup;  ///< of its container
};

/// Reads how many connections wait on each listening TCP socket, in each network namespace: from
/// the kernel's socket diagnostics, else (without the right to enter a namespace) from
/// /proc/PID/net/tcp, where the backlog is not told and each look passes all connections of the
/// host: a few namespaces take turns. Not thread-safe.
class ListenQueues {
 public:
  explicit ListenQueues(std::string proc_root = "/proc");

  /// Enters the namespaces of these processes while the right to do so lasts.
  void enter(std::span<const NetworkProcess> processes);

  /// `processes` are all that are known: the first of each namespace lends its view, the owner of a
  /// socket is sought among all of the namespace. A namespace without processes here is let go.
  std::vector<ListenQueue> read(std::span<const NetworkProcess> processes, KernelTime now);

 private:
  using Members = std::vector<NetworkProcess>;
  struct Namespace {
    std::optional<InetDiag> diag;
    bool diag_refused = false;
  };
  struct Owner {
    NetworkProcess process;
    bool found = false;
    KernelTime sought;
  };

  static std::map<std::uint32_t, Members> by_namespace(std::span<const NetworkProcess> processes);
  void open(Namespace& known, const Members& members) const;
  std::vector<Listener> listeners_of(std::uint32_t inode, const Members& members);
  [[nodiscard]] std::vector<Listener> listeners_in_proc(const Members& members) const;
  void seek_owners(const std::vector<Listener>& listeners, const Members& members, KernelTime now);
  [[nodiscard]] std::vector<std::uint64_t> sockets_of(Pid pid) const;

  std::string proc_root_;
  std::map<std::uint32_t, Namespace> namespaces_;
  std::size_t proc_looks_ = 0;                       ///< in this round
  std::uint32_t next_proc_look_ = 0;                 ///< the namespace whose turn it is
  std::unordered_map<std::uint64_t, Owner> owners_;  ///< by the socket's inode
};

}  // namespace culprit
