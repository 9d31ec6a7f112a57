// SPDX-License-Identifier: Apache-2.0
// Keeps a number of threads computing, under a name of one's choice, however hostile.
//
//   burn_cpu SECONDS [THREADS [NAME]]
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "workload.h"

OWN_FRAME static void burn(void) {
  for (unsigned value = 1;;) {
    value = value * 1664525U + 1013904223U;
    __asm__ volatile("" : "+r"(value));
  }
}

static void* run(void* unused) {
  (void)unused;
  burn();
  return NULL;
}

int main(int argc, char** argv) {
  if (argc < 2) {
    usage("burn_cpu SECONDS [THREADS [NAME]]");
  }
  end_after(argv[1]);
  if (argc > 3) {
    prctl(PR_SET_NAME, argv[3]);
  }
  const int threads = argc > 2 ? atoi(argv[2]) : 1;
  for (int i = 1; i < threads && i < 64; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, NULL) != 0) {
      fail("pthread_create");
    }
  }
  say_ready(0);
  burn();
}
