// SPDX-License-Identifier: Apache-2.0
// Makes code at run time, tells profilers its name in one of the two usual ways, and runs it.
//
//   jit_code SECONDS map|dump FOLDER     FOLDER: where the jitdump file goes; the map goes to /tmp
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

// push %rbp; mov %rsp, %rbp; 0: dec %edi; jnz 0b; pop %rbp; ret
static const unsigned char kCode[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xcf, 0x75, 0xfc, 0x5d, 0xc3};

enum { CODE_BYTES = 4096, ROUNDS = 1000000, LINE = 42 };

/// Whoever starts this removes it: the process ends by a signal.
static void write_map(const void* code) {
  char map_path[64];
  snprintf(map_path, sizeof(map_path), "/tmp/perf-%d.map", (int)getpid());
  FILE* map = fopen(map_path, "wx");
  if (map == NULL) {
    fail("make a perf map");
  }
  // What the memory was before: the later line counts.
  fprintf(map, "%lx %x of_an_earlier_life\n", (unsigned long)code, CODE_BYTES);
  fprintf(map, "%lx %zx made_at_run_time\n", (unsigned long)code, sizeof(kCode));
  fclose(map);
}

struct dump_header {
  uint32_t magic, version, total_size, machine, padding, pid;
  uint64_t timestamp, flags;
};

struct dump_lines {
  uint32_t kind, total_size;
  uint64_t timestamp, code_address, entry_count;
  uint64_t entry_address;
  uint32_t line, discriminator;
  char file[8];
};

struct dump_load {
  uint32_t kind, total_size;
  uint64_t timestamp;
  uint32_t pid, tid;
  uint64_t virtual_address, code_address, code_size, code_index;
  char name[24];
  unsigned char code[sizeof(kCode)];
};

static void write_dump(const void* code, const char* folder) {
  char path[4096];
  const uint64_t address = (uint64_t)(uintptr_t)code;
  snprintf(path, sizeof(path), "%s/jit-%d.dump", folder, (int)getpid());
  const int file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  struct dump_header header = {0x4A695444, 1, sizeof(header), 62, 0, (uint32_t)getpid(), 0, 0};
  struct dump_lines lines = {2, sizeof(lines), 0, address, 1, address, LINE, 0, "loop.js"};
  struct dump_load load = {.kind = 0,
                           .total_size = sizeof(load),
                           .code_address = address,
                           .code_size = sizeof(kCode),
                           .name = "made_at_run_time"};
  memcpy(load.code, kCode, sizeof(kCode));
  // The mapping is how profilers learn of the file.
  if (file < 0 || write(file, &header, sizeof(header)) < 0 ||
      write(file, &lines, sizeof(lines)) < 0 || write(file, &load, sizeof(load)) < 0 ||
      mmap(NULL, sizeof(header), PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED) {
    fail("make a jitdump file");
  }
}

OWN_FRAME static void call_forever(void (*code)(unsigned)) {
  for (;;) {
    code(ROUNDS);
  }
}

int main(int argc, char** argv) {
  if (argc < 4) {
    usage("jit_code SECONDS map|dump FOLDER");
  }
  void* code = mmap(NULL, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code == MAP_FAILED) {
    fail("get memory for code");
  }
  memcpy(code, kCode, sizeof(kCode));
  if (strcmp(argv[2], "dump") == 0) {
    write_dump(code, argv[3]);
  } else {
    write_map(code);
  }
  end_after(argv[1]);
  say_ready(0);
  call_forever((void (*)(unsigned))code);
  return 0;
}
