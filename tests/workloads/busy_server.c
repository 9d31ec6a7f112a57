// SPDX-License-Identifier: Apache-2.0
// A healthy service under load: pages of different sizes are computed and answered at once.
//
//   busy_server serve SECONDS PORT [THREADS]   answers on 127.0.0.1:PORT
//   busy_server load SECONDS PORT [CLIENTS]    asks for one page after the other
//   busy_server both SECONDS PORT [CLIENTS [PER_SECOND]]
//                                              a server, and clients in a process of their own
//   busy_server rate SECONDS PORT PER_SECOND   one client that asks that often
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

enum { kLargestPage = 8192, kRounds = 40, kMaximalThreads = 16 };

static uint16_t port;
static int server_socket;
static long pause_ns;

static uint64_t next_random(uint64_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

OWN_FRAME static size_t render_page(char* page, uint64_t seed) {
  uint64_t state = seed | 1;
  const size_t size = 512 + next_random(&state) % (kLargestPage - 1024);
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < size; ++i) {
      page[i] = (char)('a' + (page[i] + next_random(&state)) % 26);
    }
  }
  return size;
}

OWN_FRAME static void answer_client(int client) {
  char request[1024];
  char page[kLargestPage + 128];
  ssize_t size;
  while ((size = recv(client, request, sizeof(request) - 1, 0)) > 0) {
    request[size] = '\0';
    char body[kLargestPage] = {0};
    const size_t body_size = render_page(body, strtoull(request + 5, NULL, 10));
    int head = snprintf(page, 128, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", body_size);
    memcpy(page + head, body, body_size);
    if (send(client, page, (size_t)head + body_size, MSG_NOSIGNAL) < 0) {
      break;
    }
  }
  close(client);
}

static void* serve(void* unused) {
  (void)unused;
  for (;;) {
    const int client = accept(server_socket, NULL, NULL);
    if (client >= 0) {
      answer_client(client);
    }
  }
  return NULL;
}

static int ask_for_page(int client, uint64_t* state) {
  char request[512];
  char answer[kLargestPage + 128];
  const uint64_t page = next_random(state) % 100000;
  // User agents and cookies make requests differ in size, too.
  int size =
      snprintf(request, sizeof(request), "GET /%llu HTTP/1.1\r\nHost: shop\r\nCookie: %.*s\r\n\r\n",
               (unsigned long long)page, (int)(page % 200),
               "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
               "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
               "cccccccccccccccccccccccccccccccccccccccccccccccc");
  return send(client, request, (size_t)size, MSG_NOSIGNAL) > 0 &&
         recv(client, answer, sizeof(answer), 0) > 0;
}

static void* load(void* number) {
  uint64_t state = 88172645463325252ULL + (uintptr_t)number;
  const struct sockaddr_in address = loopback_address(port);
  int client = -1;
  for (;;) {
    if (client < 0) {
      client = socket(AF_INET, SOCK_STREAM, 0);
      if (connect(client, (const struct sockaddr*)&address, sizeof(address)) != 0) {
        close(client);
        client = -1;
        usleep(200000);
        continue;
      }
    }
    // Visitors leave after some pages.
    if (!ask_for_page(client, &state) || next_random(&state) % 50 == 0) {
      close(client);
      client = -1;
    }
    if (pause_ns > 0) {
      const struct timespec pause = {0, pause_ns};
      nanosleep(&pause, NULL);
    }
  }
  return NULL;
}

static void run_threads(void* (*work)(void*), int count) {
  for (int i = 1; i < count && i < kMaximalThreads; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, (void*)(uintptr_t)i) != 0) {
      fail("pthread_create");
    }
  }
  work(NULL);
}

static long pause_between(const char* per_second) {
  const int count = per_second != NULL ? atoi(per_second) : 0;
  return 1000000000L / (count > 1 ? count : 2);
}

int main(int argc, char** argv) {
  if (argc < 4) {
    usage(
        "busy_server serve|load|both|rate SECONDS PORT [THREADS|CLIENTS|PER_SECOND] [PER_SECOND]");
  }
  end_after(argv[2]);
  port = (uint16_t)atoi(argv[3]);
  const char* mode = argv[1];
  int count = argc > 4 ? atoi(argv[4]) : 2;
  if (strcmp(mode, "rate") == 0) {
    pause_ns = pause_between(argv[4]);
    count = 1;
  }
  if (strcmp(mode, "both") == 0 && argc > 5) {
    pause_ns = pause_between(argv[5]);
  }
  if (strcmp(mode, "serve") == 0 || strcmp(mode, "both") == 0) {
    server_socket = listen_on_loopback(&port, 128);
    say_ready(port);
    if (strcmp(mode, "both") == 0 && fork_helper() == 0) {
      run_threads(load, count);
    }
    run_threads(serve, count);
  }
  say_ready(port);
  run_threads(load, count);
}
