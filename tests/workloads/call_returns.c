// SPDX-License-Identifier: Apache-2.0
// Busy calls that return, do not return, or are left by a jump. Each computes without a system
// call.
//
//   call_returns MODE SECONDS
//
//   never      stuck() does not return; what it calls does
//   repeated   piece_of_work() is called again and again from the same place
//   recursion  climb() recurses thirty deep and comes back, below endless_climb(), which does not
//   jump       jumper() is left by longjmp, again and again
//
// Once a second it says how many steps it has made, so that being watched can be seen to cost
// little.
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "workload.h"

static volatile uint64_t steps;
static volatile uint32_t sink;
static jmp_buf way_out;

OWN_FRAME static void step(uint32_t rounds) {
  for (uint32_t round = 0; round < rounds; ++round) {
    sink = sink * 1664525 + round;
  }
  ++steps;
}

static uint64_t steps_of_ms(uint64_t milliseconds) {
  return milliseconds * 2;
}

OWN_FRAME static void stuck(void) {
  for (;;) {
    step(1000);
  }
}

OWN_FRAME static void piece_of_work(uint64_t milliseconds) {
  for (uint64_t end = steps + steps_of_ms(milliseconds) * 100; steps < end;) {
    step(10);
  }
}

OWN_FRAME static void do_the_same_again(void) {
  for (;;) {
    piece_of_work(40);
  }
}

OWN_FRAME static uint32_t climb(uint32_t height) {
  step(100);
  return height == 0 ? sink : climb(height - 1) + sink;
}

OWN_FRAME static void endless_climb(uint32_t height) {
  for (;;) {
    sink += climb(height);
  }
}

OWN_FRAME static void jumper(void) {
  for (uint64_t end = steps + steps_of_ms(1500); steps < end;) {
    step(1000);
  }
  longjmp(way_out, 1);
}

OWN_FRAME static void jump_about(void) {
  for (;;) {
    if (setjmp(way_out) == 0) {
      jumper();
    }
  }
}

static void tell_steps(int signal_number) {
  (void)signal_number;
  char line[32];
  const int length = snprintf(line, sizeof(line), "steps %llu\n", (unsigned long long)steps);
  if (write(STDERR_FILENO, line, (size_t)length) < 0) {
    return;
  }
}

int main(int argc, char** argv) {
  if (argc != 3) {
    usage("call_returns never|repeated|recursion|jump SECONDS");
  }
  end_after(argv[2]);
  signal(SIGVTALRM, tell_steps);
  const struct itimerval second = {.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};
  setitimer(ITIMER_VIRTUAL, &second, NULL);
  say_ready(0);
  if (strcmp(argv[1], "never") == 0) {
    stuck();
  } else if (strcmp(argv[1], "repeated") == 0) {
    do_the_same_again();
  } else if (strcmp(argv[1], "recursion") == 0) {
    endless_climb(30);
  } else if (strcmp(argv[1], "jump") == 0) {
    jump_about();
  }
  usage("call_returns never|repeated|recursion|jump SECONDS");
}
