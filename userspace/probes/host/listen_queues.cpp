// SPDX-License-Identifier: Apache-2.0
#include "probes/host/listen_queues.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "base/text_file.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxDescriptors = 4096;  ///< looked at in one process
constexpr std::size_t kMaxProcesses = 256;     ///< looked at in one namespace
constexpr std::size_t kMaxOwners = 16384;
constexpr std::chrono::seconds kSeekAgain{5};
/// By /proc in a round, at two milliseconds each where the kernel has room for many connections.
constexpr std::size_t kProcLooks = 8;

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

/// The inode in "socket:[12345]"; 0 for other descriptors.
std::uint64_t socket_inode(std::string_view target) {
  constexpr std::string_view kPrefix = "socket:[";
  std::uint64_t inode = 0;
  if (target.substr(0, kPrefix.size()) == kPrefix) {
    target.remove_prefix(kPrefix.size());
    std::from_chars(target.data(), target.data() + target.size(), inode);
  }
  return inode;
}

/// The keys from `first` on, then those before it.
template <typename Value>
std::vector<std::uint32_t> all_around(const std::map<std::uint32_t, Value>& sorted,
                                      std::uint32_t first) {
  std::vector<std::uint32_t> keys;
  keys.reserve(sorted.size());
  for (const auto& entry : sorted) {
    keys.push_back(entry.first);
  }
  std::rotate(keys.begin(), std::ranges::lower_bound(keys, first), keys.end());
  return keys;
}

}  // namespace

ListenQueues::ListenQueues(std::string proc_root) : proc_root_(std::move(proc_root)) {}

std::map<std::uint32_t, ListenQueues::Members> ListenQueues::by_namespace(
    std::span<const NetworkProcess> processes) {
  std::map<std::uint32_t, Members> sorted;
  for (const NetworkProcess& process : processes) {
    if (process.network_namespace != 0) {
      sorted[process.network_namespace].push_back(process);
    }
  }
  return sorted;
}

void ListenQueues::enter(std::span<const NetworkProcess> processes) {
  for (const auto& [inode, members] : by_namespace(processes)) {
    open(namespaces_[inode], members);
  }
}

std::vector<ListenQueue> ListenQueues::read(std::span<const NetworkProcess> processes,
                                            KernelTime now) {
  const std::map<std::uint32_t, Members> sorted = by_namespace(processes);
  // A socket held in a namespace would keep it alive after its last process.
  std::erase_if(namespaces_, [&](const auto& known) { return !sorted.contains(known.first); });
  std::vector<ListenQueue> queues;
  proc_looks_ = 0;
  for (const std::uint32_t inode : all_around(sorted, next_proc_look_)) {
    const Members& members = sorted.at(inode);
    const std::vector<Listener> listeners = listeners_of(inode, members);
    seek_owners(listeners, members, now);
    for (const Listener& listener : listeners) {
      ListenQueue queue;
      queue.time = now;
      queue.network_namespace = inode;
      queue.port = listener.port;
      queue.waiting = listener.waiting;
      queue.backlog = listener.backlog;
      queue.cgroup = members.front().cgroup;
      const auto owner = owners_.find(listener.inode);
      if (owner != owners_.end() && owner->second.found) {
        queue.pid = owner->second.process.pid;
        queue.cgroup = owner->second.process.cgroup;
      }
      queues.push_back(queue);
    }
  }
  return queues;
}

void ListenQueues::open(Namespace& known, const Members& members) const {
  for (const NetworkProcess& member : members) {
    if (known.diag || known.diag_refused) {
      break;
    }
    const std::string process = proc_root_ + "/" + std::to_string(member.pid.value());
    auto opened = InetDiag::open_in(process + "/ns/net");
    if (opened) {
      known.diag.emplace(*std::move(opened));
    } else if (::access(process.c_str(), F_OK) == 0) {
      known.diag_refused = true;  // it lives, so the next one would be refused as well
    }
  }
}

std::vector<Listener> ListenQueues::listeners_of(std::uint32_t inode, const Members& members) {
  Namespace& known = namespaces_[inode];
  open(known, members);
  if (known.diag) {
    if (auto listeners = known.diag->listeners()) {
      return *std::move(listeners);
    }
    // Half an answer may still come: the socket is of no use any more.
    known.diag.reset();
    known.diag_refused = true;
  }
  if (proc_looks_ >= kProcLooks) {
    return {};
  }
  if (++proc_looks_ == kProcLooks) {
    next_proc_look_ = inode + 1;
  }
  return listeners_in_proc(members);
}

std::vector<Listener> ListenQueues::listeners_in_proc(const Members& members) const {
  std::vector<Listener> listeners;
  for (const NetworkProcess& member : members) {
    const std::string folder = proc_root_ + "/" + std::to_string(member.pid.value()) + "/net/";
    const auto v4 = read_text_file(folder + "tcp");
    const auto v6 = read_text_file(folder + "tcp6");
    if (!v4 && !v6) {
      continue;  // gone: the next of the namespace
    }
    if (v4) {
      listeners = parse_net_tcp(*v4);
    }
    if (v6) {
      const std::vector<Listener> more = parse_net_tcp(*v6);
      listeners.insert(listeners.end(), more.begin(), more.end());
    }
    break;
  }
  return listeners;
}

void ListenQueues::seek_owners(const std::vector<Listener>& listeners, const Members& members,
                               KernelTime now) {
  if (owners_.size() > kMaxOwners) {
    owners_.clear();
  }
  bool wanted = false;
  for (const Listener& listener : listeners) {
    Owner& owner = owners_[listener.inode];
    const bool never = owner.sought == KernelTime();
    if (!owner.found && (never || now - owner.sought >= kSeekAgain)) {
      owner.sought = now;
      wanted = true;
    }
  }
  if (!wanted) {
    return;
  }
  const std::size_t count = std::min(members.size(), kMaxProcesses);
  for (std::size_t index = 0; index < count; ++index) {
    for (const std::uint64_t inode : sockets_of(members[index].pid)) {
      const auto owner = owners_.find(inode);
      if (owner != owners_.end() && !owner->second.found) {
        owner->second.process = members[index];
        owner->second.found = true;
      }
    }
  }
}

std::vector<std::uint64_t> ListenQueues::sockets_of(Pid pid) const {
  std::vector<std::uint64_t> inodes;
  const std::string folder = proc_root_ + "/" + std::to_string(pid.value()) + "/fd";
  const std::unique_ptr<DIR, CloseDirectory> handle(::opendir(folder.c_str()));
  for (std::size_t seen = 0; handle && seen < kMaxDescriptors; ++seen) {
    const dirent* entry = ::readdir(handle.get());  // NOLINT(concurrency-mt-unsafe): ours alone
    if (entry == nullptr) {
      break;
    }
    std::array<char, 64> target{};
    const ssize_t length =
        ::readlinkat(::dirfd(handle.get()), static_cast<const char*>(entry->d_name), target.data(),
                     target.size());
    if (length <= 0) {
      continue;
    }
    const std::string_view text(target.data(), static_cast<std::size_t>(length));
    if (const std::uint64_t inode = socket_inode(text); inode != 0) {
      inodes.push_back(inode);
    }
  }
  return inodes;
}

}  // namespace culprit
