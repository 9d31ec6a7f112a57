// SPDX-License-Identifier: Apache-2.0
// A small server whose request handler never returns for one input: normalize_tags() skips the
// separators between tags but does not move past an empty tag. Further clients connect meanwhile
// and wait unaccepted in the listen backlog.
//
//   endless_loop SECONDS [PORT]
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "workload.h"

enum { kBacklog = 16, kWaitingClients = 12 };

// Not strcspn: a call into the C library, which has no frame pointers, would hide its caller.
static size_t tag_length(const char* text) {
  size_t length = 0;
  while (text[length] != '\0' && text[length] != ',') {
    ++length;
  }
  return length;
}

/// Counts the tags of "a,b,c". Never returns when one of them is empty: "a,,c".
OWN_FRAME static unsigned normalize_tags(const char* text) {
  unsigned tags = 0;
  while (*text != '\0') {
    const size_t length = tag_length(text);
    if (length == 0) {
      // The separator ought to be skipped here.
      __asm__ volatile("" ::: "memory");
      continue;
    }
    text += length + (text[length] == ',' ? 1 : 0);
    ++tags;
  }
  return tags;
}

OWN_FRAME static void handle_request(int client) {
  char request[256];
  const ssize_t size = recv(client, request, sizeof(request) - 1, 0);
  if (size <= 0) {
    return;
  }
  request[size] = '\0';
  const char answer = (char)('0' + normalize_tags(request) % 10);
  if (send(client, &answer, 1, MSG_NOSIGNAL) != 1) {
    return;
  }
}

OWN_FRAME static void serve(int server) {
  for (;;) {
    const int client = accept(server, NULL, NULL);
    if (client >= 0) {
      handle_request(client);
      close(client);
    }
  }
}

static void connect_client(uint16_t port, const char* request) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const struct sockaddr_in address = loopback_address(port);
  // EINPROGRESS is as good as success: the kernel finishes it.
  connect(client, (const struct sockaddr*)&address, sizeof(address));
  usleep(20000);
  if (send(client, request, strlen(request), MSG_NOSIGNAL) < 0) {
    return;
  }
}

static void send_requests(uint16_t port) {
  connect_client(port, "green,blue");
  connect_client(port, "red,,orange");
  for (int i = 0; i < kWaitingClients; ++i) {
    connect_client(port, "yellow");
  }
  for (;;) {
    pause();
  }
}

int main(int argc, char** argv) {
  if (argc < 2) {
    usage("endless_loop SECONDS [PORT]");
  }
  end_after(argv[1]);
  uint16_t port = argc > 2 ? (uint16_t)atoi(argv[2]) : 0;
  const int server = listen_on_loopback(&port, kBacklog);
  if (fork_helper() == 0) {
    close(server);
    send_requests(port);
  }
  say_ready(port);
  serve(server);
}
