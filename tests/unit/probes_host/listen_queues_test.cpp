// SPDX-License-Identifier: Apache-2.0
#include "probes/host/listen_queues.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>
#include <vector>

#include "base/unique_fd.h"
#include "unit/containers/temporary_folder.h"

namespace culprit {
namespace {

constexpr int kBacklog = 11;

/// A socket that listens on its own loopback and never accepts.
class DeafServer {
 public:
  explicit DeafServer(int waiting) : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listening_.get(), generic, size), 0);
    EXPECT_EQ(::listen(listening_.get(), kBacklog), 0);
    EXPECT_EQ(::getsockname(listening_.get(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
    for (int index = 0; index < waiting; ++index) {
      clients_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      EXPECT_EQ(::connect(clients_.back().get(), generic, size), 0);
    }
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  UniqueFd listening_;
  std::vector<UniqueFd> clients_;
  std::uint16_t port_ = 0;
};

NetworkProcess itself() {
  struct stat status {};
  EXPECT_EQ(::stat("/proc/self/ns/net", &status), 0);
  return {static_cast<std::uint32_t>(status.st_ino), Pid(static_cast<std::uint32_t>(::getpid())),
          CgroupId(5)};
}

const ListenQueue* queue_of(const std::vector<ListenQueue>& queues, std::uint16_t port) {
  for (const ListenQueue& queue : queues) {
    if (queue.port == port) {
      return &queue;
    }
  }
  return nullptr;
}

TEST(ListenQueues, CountsWaitingConnectionsAndNamesTheOwner) {
  const DeafServer server(3);
  ListenQueues queues;
  const std::vector<NetworkProcess> processes = {itself()};
  for (int round = 0; round < 2; ++round) {
    const auto read = queues.read(processes, std::chrono::steady_clock::now());
    const ListenQueue* queue = queue_of(read, server.port());
    ASSERT_NE(queue, nullptr);
    EXPECT_EQ(queue->waiting, 3U);
    EXPECT_EQ(queue->pid, processes.front().pid);
    EXPECT_EQ(queue->cgroup, CgroupId(5));
    EXPECT_EQ(queue->backlog, static_cast<unsigned>(kBacklog));  // one's own needs no right
  }
}

TEST(ListenQueues, FallsBackToProcFiles) {
  const test::TemporaryFolder proc;
  proc.file("42/net/tcp",
            "head\n 0: 0100007F:1388 00000000:0000 0A 00000000:00000007 0:0 0 0 0 99 1\n");
  proc.file("42/net/tcp6", "head\n 0: 00:0050 00:0000 0A 00000000:00000001 0:0 0 0 0 98 1\n");
  proc.link("43/fd/3", "socket:[99]");
  proc.link("43/fd/4", "pipe:[98]");
  const std::vector<NetworkProcess> processes = {{7, Pid(41), CgroupId(1)},
                                                 {7, Pid(42), CgroupId(2)},
                                                 {7, Pid(43), CgroupId(3)},
                                                 {0, Pid(44), CgroupId(4)}};
  ListenQueues queues(proc.path());
  const auto read = queues.read(processes, KernelTime(std::chrono::seconds(10)));
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(queue_of(read, 5000)->waiting, 7U);
  EXPECT_EQ(queue_of(read, 5000)->pid, Pid(43));
  EXPECT_EQ(queue_of(read, 5000)->cgroup, CgroupId(3));
  EXPECT_EQ(queue_of(read, 5000)->backlog, 0U);
  EXPECT_EQ(queue_of(read, 80)->pid, Pid(0));
  EXPECT_EQ(queue_of(read, 80)->cgroup, CgroupId(1));
  EXPECT_TRUE(queues.read({}, KernelTime()).empty());
}

TEST(ListenQueues, TakeTurnsWhereEachLookIsDear) {
  const test::TemporaryFolder proc;
  std::vector<NetworkProcess> processes;
  for (std::uint32_t number = 1; number <= 20; ++number) {
    proc.file(std::to_string(number) + "/net/tcp",
              "head\n 0: 0100007F:1388 00000000:0000 0A 00000000:00000007 0:0 0 0 0 99 1\n");
    processes.push_back({number, Pid(number), CgroupId(number)});
  }
  ListenQueues queues(proc.path());
  std::set<std::uint32_t> seen;
  for (int second = 1; second <= 3; ++second) {
    const auto read = queues.read(processes, KernelTime(std::chrono::seconds(second)));
    EXPECT_EQ(read.size(), 8U);
    for (const ListenQueue& queue : read) {
      seen.insert(queue.network_namespace);
    }
  }
  EXPECT_EQ(seen.size(), 20U);
}

}  // namespace
}  // namespace culprit
