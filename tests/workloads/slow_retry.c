// SPDX-License-Identifier: Apache-2.0
// A well-behaved client of a database that is away: one attempt a second, refused each time.
//
//   slow_retry SECONDS [PORT]
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "workload.h"

OWN_FRAME static void connect_to_database(uint16_t port) {
  const struct sockaddr_in address = loopback_address(port);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(client, (const struct sockaddr*)&address, sizeof(address)) == 0) {
    fail("somebody answered");
  }
  close(client);
}

int main(int argc, char** argv) {
  if (argc < 2) {
    usage("slow_retry SECONDS [PORT]");
  }
  end_after(argv[1]);
  const uint16_t port = argc > 2 ? (uint16_t)atoi(argv[2]) : closed_loopback_port();
  say_ready(port);
  for (;;) {
    connect_to_database(port);
    sleep(1);
  }
}
