// SPDX-License-Identifier: Apache-2.0
// A client that connects to a place where nobody answers, again and again without a pause.
//
//   retry_refused tcp4|tcp6|unix-refused|unix-absent|blocked SECONDS [PORT|PATH]
//
// tcp4, tcp6: a closed port of the loopback. unix-refused: a socket file without a listener.
// unix-absent: no such file. blocked: tcp4 with a non-blocking socket and poll.
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "workload.h"

struct destination {
  struct sockaddr_storage address;
  socklen_t length;
  int family;
  int socket_flags;
};

OWN_FRAME static int wait_for_outcome(int client) {
  struct pollfd waiting = {.fd = client, .events = POLLOUT};
  int error = 0;
  socklen_t length = sizeof(error);
  if (poll(&waiting, 1, 1000) != 1 ||
      getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) {
    return -1;
  }
  return 0;
}

OWN_FRAME static int connect_once(int client, const struct destination* destination) {
  const int result =
      connect(client, (const struct sockaddr*)&destination->address, destination->length);
  return result != 0 && errno == EINPROGRESS ? wait_for_outcome(client) : result;
}

OWN_FRAME static int connect_to_database(const struct destination* destination) {
  const int client = socket(destination->family, SOCK_STREAM | destination->socket_flags, 0);
  if (client < 0) {
    fail("socket");
  }
  const int result = connect_once(client, destination);
  close(client);
  return result;
}

static struct destination tcp4_destination(uint16_t port) {
  struct destination destination = {.family = AF_INET, .length = sizeof(struct sockaddr_in)};
  const struct sockaddr_in address = loopback_address(port);
  memcpy(&destination.address, &address, sizeof(address));
  return destination;
}

static struct destination tcp6_destination(uint16_t port) {
  struct destination destination = {.family = AF_INET6, .length = sizeof(struct sockaddr_in6)};
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  address.sin6_addr = in6addr_loopback;
  memcpy(&destination.address, &address, sizeof(address));
  return destination;
}

static struct destination unix_destination(const char* path, int with_file) {
  struct destination destination = {.family = AF_UNIX, .length = sizeof(struct sockaddr_un)};
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
  unlink(path);
  if (with_file) {
    const int left_behind = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(left_behind, (struct sockaddr*)&address, sizeof(address)) != 0) {
      fail(path);
    }
    close(left_behind);
  }
  memcpy(&destination.address, &address, sizeof(address));
  return destination;
}

int main(int argc, char** argv) {
  if (argc < 3) {
    usage("retry_refused tcp4|tcp6|unix-refused|unix-absent|blocked SECONDS [PORT|PATH]");
  }
  end_after(argv[2]);
  const char* mode = argv[1];
  struct destination destination;
  uint16_t port = 0;
  if (strncmp(mode, "unix-", 5) == 0) {
    destination = unix_destination(argc > 3 ? argv[3] : "/tmp/database.sock",
                                   strcmp(mode, "unix-refused") == 0);
  } else {
    port = argc > 3 ? (uint16_t)atoi(argv[3]) : closed_loopback_port();
    destination = strcmp(mode, "tcp6") == 0 ? tcp6_destination(port) : tcp4_destination(port);
    destination.socket_flags = strcmp(mode, "blocked") == 0 ? SOCK_NONBLOCK : 0;
  }
  say_ready(port);
  while (connect_to_database(&destination) != 0) {
  }
  fail("somebody answered");
}
