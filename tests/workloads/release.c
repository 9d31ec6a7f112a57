// SPDX-License-Identifier: Apache-2.0
// One release of a service after the other: requests of changing sizes, of whose time parse_request
// takes a fifth. A later release parses slower by so many per cent, or encodes in another way.
//
//   release SECONDS SLOWER_PER_CENT [plain|compact [THREADS]]
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "workload.h"

enum {
  // Of a mean request's work, in thousands.
  PARSE_PART = 200,
  ROUTE_PART = 60,
  RENDER_PART = 240,
  ESCAPE_PART = 250,
  ENCODE_PART = 250,
  STEPS_PER_PART = 400,
  REQUESTS_PER_LOG = 20,
};

static unsigned slower_per_cent;
static int compact;
static int log_file;

// The steps are within each function, so that samples fall into its own code.
#define WORK(steps)                              \
  do {                                           \
    const unsigned long wanted = (steps);        \
    unsigned value = 1;                          \
    for (unsigned long i = 0; i < wanted; ++i) { \
      value = value * 1664525U + 1013904223U;    \
      __asm__ volatile("" : "+r"(value));        \
    }                                            \
  } while (0)

OWN_FRAME static void parse_request(unsigned long steps) {
  WORK(steps + steps * slower_per_cent / 100);
}

OWN_FRAME static void route_request(unsigned long steps) {
  WORK(steps);
}

OWN_FRAME static void escape_text(unsigned long steps) {
  WORK(steps);
}

OWN_FRAME static void render_page(unsigned long own, unsigned long escaping) {
  WORK(own);
  escape_text(escaping);
}

OWN_FRAME static void encode_plain(unsigned long steps) {
  WORK(steps);
}

OWN_FRAME static void encode_compact(unsigned long steps) {
  WORK(steps + steps / 2);
}

// Half to one and a half of `part`: requests differ.
static unsigned long sized(unsigned part, unsigned* seed) {
  return (unsigned long)part * STEPS_PER_PART * (500 + (unsigned)rand_r(seed) % 1001) / 1000;
}

OWN_FRAME static void handle_request(unsigned* seed) {
  parse_request(sized(PARSE_PART, seed));
  route_request(sized(ROUTE_PART, seed));
  render_page(sized(RENDER_PART, seed), sized(ESCAPE_PART, seed));
  if (compact) {
    encode_compact(sized(ENCODE_PART, seed));
  } else {
    encode_plain(sized(ENCODE_PART, seed));
  }
}

static void* serve(void* first_seed) {
  unsigned seed = (unsigned)(unsigned long)first_seed;
  for (unsigned long requests = 1;; ++requests) {
    handle_request(&seed);
    if (requests % REQUESTS_PER_LOG == 0 && write(log_file, "20 requests\n", 12) != 12) {
      fail("write");
    }
  }
  return NULL;
}

int main(int argc, char** argv) {
  if (argc < 3) {
    usage("release SECONDS SLOWER_PER_CENT [plain|compact [THREADS]]");
  }
  end_after(argv[1]);
  slower_per_cent = (unsigned)atoi(argv[2]);
  compact = argc > 3 && strcmp(argv[3], "compact") == 0;
  log_file = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const int threads = argc > 4 ? atoi(argv[4]) : 1;
  for (int i = 1; i < threads && i < 64; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, (void*)(unsigned long)(i + 1)) != 0) {
      fail("pthread_create");
    }
  }
  say_ready(0);
  serve((void*)1UL);
}
