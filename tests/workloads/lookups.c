// SPDX-License-Identifier: Apache-2.0
// Healthy work with the C library's habits: after every few milliseconds of computing one
// getaddrinfo and one syslog, whose sockets (nscd's, /dev/log) do not exist here. Needs root: it
// has a /dev of its own, so that the host's log stays as it is.
//
//   lookups SECONDS
#include <netdb.h>
#include <sys/mount.h>
#include <syslog.h>
#include <time.h>

#include "workload.h"

enum { kItemRounds = 2000000 };

OWN_FRAME static unsigned compute_item(unsigned value) {
  for (int i = 0; i < kItemRounds; ++i) {
    value = value * 1664525U + 1013904223U;
    __asm__ volatile("" : "+r"(value));
  }
  return value;
}

OWN_FRAME static void look_up_host(void) {
  struct addrinfo* found = NULL;
  if (getaddrinfo("localhost", "80", NULL, &found) == 0) {
    freeaddrinfo(found);
  }
}

int main(int argc, char** argv) {
  if (argc < 2) {
    usage("lookups SECONDS");
  }
  end_after(argv[1]);
  enter_private_namespaces();
  if (mount("none", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,mode=755") != 0) {
    fail("mount a private /dev");
  }
  say_ready(0);
  for (unsigned item = 0;; item = compute_item(item)) {
    look_up_host();
    syslog(LOG_INFO, "item %u done", item);
    closelog();
  }
}
