// SPDX-License-Identifier: Apache-2.0
// deep_calls SECONDS CALLS: burns CPU below so many calls. Built twice, with and without frame
// pointers.
#include <stdlib.h>
#include <unistd.h>

#define KEEP(value) __asm__ volatile("" : "+r"(value))
#define OWN_FRAME __attribute__((noinline, noclone))

OWN_FRAME static unsigned spin(void) {
  unsigned value = 1;
  for (unsigned round = 0; round < 1000000000U; ++round) {
    value = value * 1664525U + 1013904223U;
    KEEP(value);
  }
  return value;
}

OWN_FRAME static unsigned call(int left) {
  // Something to keep on the stack, as other functions have.
  volatile unsigned locals[8] = {(unsigned)left};
  unsigned value = left > 0 ? call(left - 1) : spin();
  KEEP(value);
  return value + locals[0];
}

int main(int argc, char** argv) {
  if (argc < 3) {
    return 1;
  }
  alarm((unsigned)atoi(argv[1]));
  for (;;) {
    call(atoi(argv[2]));
  }
}
