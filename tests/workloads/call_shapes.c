// SPDX-License-Identifier: Apache-2.0
// Burns CPU below one way of calling that unwinders find hard. Built without frame pointers.
//
//   call_shapes SECONDS plain|qsort|signal|realigned|assembler|deep|thread|children
#include <alloca.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

/// Keeps a call from becoming a jump, and the value from being known.
#define KEEP(value) __asm__ volatile("" : "+r"(value))

enum { DEEP_CALLS = 300, ROUNDS = 20000 };

OWN_FRAME static unsigned spin(unsigned rounds) {
  unsigned value = 1;
  for (unsigned round = 0; round < rounds; ++round) {
    value = value * 1664525U + 1013904223U;
    KEEP(value);
  }
  return value;
}

OWN_FRAME static unsigned plain_inner(unsigned rounds) {
  unsigned value = spin(rounds);
  KEEP(value);
  return value + 1;
}

OWN_FRAME static unsigned plain_outer(unsigned rounds) {
  unsigned value = plain_inner(rounds);
  KEEP(value);
  return value + 1;
}

OWN_FRAME static int compare_slowly(const void* left, const void* right) {
  int difference = *(const int*)left - *(const int*)right;
  difference += (int)(spin(200) & 0U);
  KEEP(difference);
  return difference;
}

OWN_FRAME static unsigned sort_slowly(void) {
  int numbers[64];
  for (int i = 0; i < 64; ++i) {
    numbers[i] = (i * 37) % 64;
  }
  qsort(numbers, 64, sizeof(numbers[0]), compare_slowly);
  unsigned first = (unsigned)numbers[0];
  KEEP(first);
  return first;
}

OWN_FRAME static void on_signal(int number) {
  unsigned value = spin(ROUNDS) + (unsigned)number;
  KEEP(value);
}

// The C library's own has no name where its symbols were stripped. Nobody calls it, and another
// function ends right before it, but for a byte that lets unwinders look up the address before. The
// rows say where in the signal frame (struct ucontext, to which rsp points) rsp, rip, rbp, rbx are.
void return_from_handler(void);
__asm__(
    ".text\n"
    ".type before_return, @function\n"
    "before_return: ret\n"
    ".size before_return, .-before_return\n"
    ".type return_from_handler, @function\n"
    ".cfi_startproc\n"
    ".cfi_signal_frame\n"
    ".cfi_escape 0x0f, 4, 0x77, 0xa0, 0x01, 0x06\n"
    ".cfi_escape 0x10, 16, 3, 0x77, 0xa8, 0x01\n"
    ".cfi_escape 0x10, 6, 3, 0x77, 0xf8, 0x00\n"
    ".cfi_escape 0x10, 3, 3, 0x77, 0x80, 0x01\n"
    "nop\n"
    "return_from_handler:\n"
    "mov $15, %rax\n"
    "syscall\n"
    ".cfi_endproc\n"
    ".size return_from_handler, .-return_from_handler\n");

/// What the kernel takes, which is not what the C library takes.
struct kernel_sigaction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)(void);
  unsigned long mask;
};

static void handle_signal(void) {
  enum { RESTORER_GIVEN = 0x04000000 };
  struct kernel_sigaction action = {on_signal, RESTORER_GIVEN, return_from_handler, 0};
  if (syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, sizeof(action.mask)) != 0) {
    exit(1);
  }
}

OWN_FRAME static unsigned raise_signal(void) {
  raise(SIGUSR1);
  unsigned value = 1;
  KEEP(value);
  return value;
}

// An aligned object and one of unknown size: the frame is found through a saved pointer.
OWN_FRAME static unsigned realigned(unsigned rounds, size_t bytes) {
  _Alignas(64) volatile char aligned[64];
  char* some = alloca(bytes);
  memset(some, 1, bytes);
  aligned[0] = some[bytes - 1];
  unsigned value = spin(rounds) + (unsigned)aligned[0];
  KEEP(value);
  return value;
}

#ifdef __x86_64__
// As libcrypto's ciphers are written: the frame is found through a register that callees may
// overwrite, and the helper, which knows its caller, does not.
unsigned by_register(unsigned rounds);
__asm__(
    ".text\n"
    ".type helper, @function\n"
    "helper: .cfi_startproc\n"
    "0: dec %edi\n"
    "jnz 0b\n"
    "ret\n"
    ".cfi_endproc\n"
    ".size helper, .-helper\n"
    ".type by_register, @function\n"
    "by_register: .cfi_startproc\n"
    "mov %rsp, %rax\n"
    ".cfi_def_cfa_register rax\n"
    "push %rbx\n"
    ".cfi_offset rbx, -16\n"
    "sub $64, %rsp\n"
    "call helper\n"
    "mov -8(%rax), %rbx\n"
    "mov %rax, %rsp\n"
    ".cfi_def_cfa_register rsp\n"
    "ret\n"
    ".cfi_endproc\n"
    ".size by_register, .-by_register\n");
#endif

OWN_FRAME static unsigned call_assembler(unsigned rounds) {
#ifdef __x86_64__
  unsigned value = by_register(rounds);
#else
  unsigned value = spin(rounds);
#endif
  KEEP(value);
  return value + 1;
}

OWN_FRAME static unsigned deep(int left, unsigned rounds) {
  unsigned value = left > 0 ? deep(left - 1, rounds) : spin(rounds);
  KEEP(value);
  return value + 1;
}

OWN_FRAME static void* thread_main(void* unused) {
  (void)unused;
  for (;;) {
    plain_outer(ROUNDS);
  }
  return NULL;
}

// Each lives some 50 ms, in an image of its own.
OWN_FRAME static void run_children(const char* self) {
  for (;;) {
    const pid_t child = vfork();
    if (child == 0) {
      execl(self, self, "1", "child", (char*)NULL);
      _exit(1);
    }
    waitpid(child, NULL, 0);
  }
}

static void burn(const char* shape, const char* self) {
  if (strcmp(shape, "thread") == 0) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, thread_main, NULL) != 0) {
      fail("pthread_create");
    }
    pthread_join(thread, NULL);
  }
  if (strcmp(shape, "children") == 0) {
    run_children(self);
  }
  for (;;) {
    if (strcmp(shape, "qsort") == 0) {
      sort_slowly();
    } else if (strcmp(shape, "signal") == 0) {
      raise_signal();
    } else if (strcmp(shape, "realigned") == 0) {
      realigned(ROUNDS, 100 + (size_t)(getppid() & 7));
    } else if (strcmp(shape, "assembler") == 0) {
      call_assembler(ROUNDS);
    } else if (strcmp(shape, "deep") == 0) {
      deep(DEEP_CALLS, ROUNDS * 10);
    } else {
      plain_outer(ROUNDS);
    }
  }
}

int main(int argc, char** argv) {
  if (argc < 3) {
    usage("call_shapes SECONDS plain|qsort|signal|realigned|assembler|deep|thread|children");
  }
  if (strcmp(argv[2], "child") == 0) {
    plain_outer(20 * 1000 * 1000);
    return 0;
  }
  end_after(argv[1]);
  handle_signal();
  say_ready(0);
  burn(argv[2], argv[0]);
  return 0;
}
