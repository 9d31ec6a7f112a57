// SPDX-License-Identifier: Apache-2.0
// A 32-bit program that logs without pause to log_flood_32.log in its working directory and ends
// after 30 seconds. Without a C library: 32-bit ones are seldom installed.

enum { kWrite = 4, kOpen = 5, kAlarm = 27 };
enum { kWriteOnly = 01, kCreate = 0100, kAppend = 02000 };

static long call(long number, long first, long second, long third) {
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(first), "c"(second), "d"(third)
                   : "memory");
  return result;
}

static void say(long descriptor, const char* text) {
  long length = 0;
  while (text[length] != 0) {
    ++length;
  }
  call(kWrite, descriptor, (long)text, length);
}

__attribute__((noinline)) static void log_every_item(long log) {
  for (;;) {
    say(log, "2026-01-01T00:00:00Z WARN item is not in the cache, it will be fetched again\n");
  }
}

void _start(void) {
  call(kAlarm, 30, 0, 0);
  const long log = call(kOpen, (long)"log_flood_32.log", kWriteOnly | kCreate | kAppend, 0600);
  say(2, "ready port=0\n");
  log_every_item(log);
}
