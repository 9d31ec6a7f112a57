// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_alarm(int signal_number) {
  (void)signal_number;
  _exit(0);
}

void end_after(const char* seconds) {
  char* end = NULL;
  const long value = strtol(seconds, &end, 10);
  if (end == seconds || *end != '\0' || value < 1 || value > 600) {
    usage("SECONDS is a number from 1 to 600");
  }
  signal(SIGALRM, on_alarm);
  signal(SIGPIPE, SIG_DFL);
  alarm((unsigned)value);
}

void say_ready(uint16_t port) {
  dprintf(STDERR_FILENO, "ready port=%u\n", port);
}

_Noreturn void fail(const char* what) {
  dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
  _exit(1);
}

_Noreturn void usage(const char* text) {
  dprintf(STDERR_FILENO, "usage: %s\n", text);
  _exit(2);
}

pid_t fork_helper(void) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    fail("fork");
  }
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have died before the line above.
    if (getppid() != parent) {
      _exit(0);
    }
  }
  return child;
}

struct sockaddr_in loopback_address(uint16_t port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int bind_on_loopback(uint16_t* port) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  struct sockaddr_in address = loopback_address(*port);
  socklen_t length = sizeof(address);
  if (server < 0 || setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      bind(server, (struct sockaddr*)&address, sizeof(address)) != 0 ||
      getsockname(server, (struct sockaddr*)&address, &length) != 0) {
    fail("bind to loopback");
  }
  *port = ntohs(address.sin_port);
  return server;
}

int listen_on_loopback(uint16_t* port, int backlog) {
  const int server = bind_on_loopback(port);
  if (listen(server, backlog) != 0) {
    fail("listen");
  }
  return server;
}

uint16_t closed_loopback_port(void) {
  uint16_t port = 0;
  close(bind_on_loopback(&port));
  return port;
}

void enter_private_namespaces(void) {
  if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 ||
      mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
    fail("private namespaces");
  }
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq interface;
  memset(&interface, 0, sizeof(interface));
  strcpy(interface.ifr_name, "lo");
  interface.ifr_flags = IFF_UP;
  if (control < 0 || ioctl(control, SIOCSIFFLAGS, &interface) != 0) {
    fail("bring loopback up");
  }
  close(control);
}
