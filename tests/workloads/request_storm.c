// SPDX-License-Identifier: Apache-2.0
// A client that repeats a request over one kept-alive connection as long as the service answers
// that it is unavailable, which it always does. No connection ever fails.
//
//   request_storm SECONDS [PORT]
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "workload.h"

static const char kRequest[] = "GET /predict HTTP/1.1\r\nHost: model\r\n\r\n";
static const char kAnswer[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";

OWN_FRAME static void send_text(int connection, const char* text, size_t size) {
  if (send(connection, text, size, MSG_NOSIGNAL) != (ssize_t)size) {
    fail("send");
  }
}

OWN_FRAME static size_t receive_text(int connection, char* text, size_t size) {
  const ssize_t received = recv(connection, text, size, 0);
  if (received <= 0) {
    fail("recv");
  }
  return (size_t)received;
}

OWN_FRAME static void answer_unavailable(int connection) {
  char request[256];
  for (;;) {
    receive_text(connection, request, sizeof(request));
    send_text(connection, kAnswer, sizeof(kAnswer) - 1);
  }
}

OWN_FRAME static int ask(int connection) {
  char answer[256];
  send_text(connection, kRequest, sizeof(kRequest) - 1);
  const size_t size = receive_text(connection, answer, sizeof(answer));
  return size > 12 && memcmp(answer + 9, "503", 3) != 0;
}

OWN_FRAME static void ask_until_available(int connection) {
  while (!ask(connection)) {
  }
}

int main(int argc, char** argv) {
  if (argc < 2) {
    usage("request_storm SECONDS [PORT]");
  }
  end_after(argv[1]);
  // Like real services below the range from which clients get theirs: connections older than an
  // investigation have the role that their ports suggest.
  uint16_t port = argc > 2 ? (uint16_t)atoi(argv[2]) : (uint16_t)(12000 + getpid() % 18000);
  const int server = listen_on_loopback(&port, 1);
  if (fork_helper() == 0) {
    answer_unavailable(accept(server, NULL, NULL));
  }
  close(server);
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  const struct sockaddr_in address = loopback_address(port);
  if (connect(connection, (const struct sockaddr*)&address, sizeof(address)) != 0) {
    fail("connect");
  }
  say_ready(port);
  ask_until_available(connection);
}
