// SPDX-License-Identifier: Apache-2.0
// A server that has run out of descriptors: epoll says that a client waits, accept says EMFILE, and
// so on without end.
//
//   accept_emfile SECONDS
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "workload.h"

enum { kDescriptors = 32 };

OWN_FRAME static int try_accept(int server) {
  return accept4(server, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

OWN_FRAME static int accept_next_client(int poller, int server) {
  struct epoll_event event;
  return epoll_wait(poller, &event, 1, -1) == 1 ? try_accept(server) : -1;
}

OWN_FRAME static void serve(int poller, int server) {
  unsigned long failures = 0;
  for (;;) {
    // Accepted ones stay open: that is how it ran out of them.
    if (accept_next_client(poller, server) < 0) {
      ++failures;
    }
    __asm__ volatile("" ::"r"(failures) : "memory");
  }
}

static void connect_clients(uint16_t port) {
  const struct sockaddr_in address = loopback_address(port);
  for (int i = 0; i < 2 * kDescriptors; ++i) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect(client, (const struct sockaddr*)&address, sizeof(address));
  }
  for (;;) {
    pause();
  }
}

int main(int argc, char** argv) {
  if (argc < 2) {
    usage("accept_emfile SECONDS");
  }
  end_after(argv[1]);
  uint16_t port = 0;
  const int server = listen_on_loopback(&port, 2 * kDescriptors);
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event interest = {.events = EPOLLIN};
  if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, server, &interest) != 0) {
    fail("epoll");
  }
  if (fork_helper() == 0) {
    connect_clients(port);
  }
  const struct rlimit few = {kDescriptors, kDescriptors};
  if (setrlimit(RLIMIT_NOFILE, &few) != 0) {
    fail("setrlimit");
  }
  say_ready(port);
  serve(poller, server);
}
