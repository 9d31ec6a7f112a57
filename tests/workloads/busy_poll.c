// SPDX-License-Identifier: Apache-2.0
// An event loop that asks without waiting: epoll_wait with a time-out of 0 on a descriptor on which
// nothing ever happens.
//
//   busy_poll SECONDS
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "workload.h"

OWN_FRAME static int next_event(int poller, struct epoll_event* event) {
  return epoll_wait(poller, event, 1, 0);
}

OWN_FRAME static void run_event_loop(int poller) {
  unsigned long handled = 0;
  for (;;) {
    struct epoll_event event;
    if (next_event(poller, &event) > 0) {
      ++handled;
    }
    __asm__ volatile("" ::"r"(handled) : "memory");
  }
}

int main(int argc, char** argv) {
  if (argc < 2) {
    usage("busy_poll SECONDS");
  }
  end_after(argv[1]);
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  const int quiet = eventfd(0, EFD_CLOEXEC);
  struct epoll_event interest = {.events = EPOLLIN};
  if (poller < 0 || quiet < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, quiet, &interest) != 0) {
    fail("epoll");
  }
  say_ready(0);
  run_event_loop(poller);
}
