// SPDX-License-Identifier: Apache-2.0
// A client that asks for a host name which does not exist, again and again without a pause. The
// name server is a helper on 127.0.0.1:53 in private namespaces. Needs root.
//
//   dns_nxdomain SECONDS
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workload.h"

enum { kDnsPort = 53, kHeaderBytes = 12, kResponseFlag = 0x80, kNoSuchDomain = 3 };

static void answer_no_such_domain(int server) {
  unsigned char message[512];
  struct sockaddr_storage client;
  for (;;) {
    socklen_t length = sizeof(client);
    const ssize_t size =
        recvfrom(server, message, sizeof(message), 0, (struct sockaddr*)&client, &length);
    if (size < kHeaderBytes) {
      continue;
    }
    message[2] |= kResponseFlag;
    message[3] = (unsigned char)((message[3] & 0xf0) | kNoSuchDomain);
    if (sendto(server, message, (size_t)size, 0, (struct sockaddr*)&client, length) < 0) {
      continue;
    }
  }
}

/// Names are asked for at our own server only, whatever the host uses.
static void use_own_name_server(void) {
  char path[] = "/tmp/resolv.conf.XXXXXX";
  const char text[] = "nameserver 127.0.0.1\n";
  const int file = mkstemp(path);
  if (file < 0 || write(file, text, sizeof(text) - 1) < 0 || fchmod(file, 0644) != 0) {
    fail(path);
  }
  close(file);
  // Without such a file the C library asks 127.0.0.1 by itself.
  if (access("/etc/resolv.conf", F_OK) == 0 &&
      mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL) != 0) {
    fail("bind /etc/resolv.conf");
  }
  unlink(path);
}

OWN_FRAME static int resolve_backend(void) {
  struct addrinfo* found = NULL;
  const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  return getaddrinfo("payments.internal.", "443", &hints, &found);
}

int main(int argc, char** argv) {
  if (argc < 2) {
    usage("dns_nxdomain SECONDS");
  }
  end_after(argv[1]);
  enter_private_namespaces();
  use_own_name_server();
  const int server = socket(AF_INET, SOCK_DGRAM, 0);
  const struct sockaddr_in address = loopback_address(kDnsPort);
  if (bind(server, (const struct sockaddr*)&address, sizeof(address)) != 0) {
    fail("bind to port 53");
  }
  if (fork_helper() == 0) {
    answer_no_such_domain(server);
  }
  close(server);
  say_ready(kDnsPort);
  while (resolve_backend() != 0) {
  }
  fail("somebody answered");
}
