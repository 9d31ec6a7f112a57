// SPDX-License-Identifier: Apache-2.0
// An application that logs without pause.
//
//   log_flood stdout|write|writev|stdio|blocks|syslog SECONDS [PATH]
//
// stdout: write() to descriptor 1. write, writev, stdio: lines appended to PATH by the call of that
// name; blocks: by stdio as it is when nobody changes its buffer, which ends within a line; the
// file is cut back to nothing whenever it reaches 256 MiB. syslog: syslog(3) to a /dev/log of its
// own in private namespaces, read by a helper; needs root.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "workload.h"

enum { kMaximalBytes = 256 * 1024 * 1024 };

static const char kLine[] =
    "2026-01-01T00:00:00Z WARN item is not in the cache, it will be fetched again\n";

struct log {
  int descriptor;
  FILE* stream;
  size_t written;
  void (*write_line)(struct log*);
};

static void count_bytes(struct log* log, ssize_t written) {
  if (written < 0) {
    fail("write to the log");
  }
  log->written += (size_t)written;
  if (log->written > kMaximalBytes) {
    log->written = 0;
    // Fails on a pipe, which needs no cutting.
    if (ftruncate(log->descriptor, 0) != 0) {
      return;
    }
  }
}

OWN_FRAME static void write_plainly(struct log* log) {
  count_bytes(log, write(log->descriptor, kLine, sizeof(kLine) - 1));
}

OWN_FRAME static void write_gathered(struct log* log) {
  char line[sizeof(kLine)];
  memcpy(line, kLine, sizeof(kLine));
  struct iovec parts[2] = {{line, 21}, {line + 21, sizeof(kLine) - 22}};
  count_bytes(log, writev(log->descriptor, parts, 2));
}

OWN_FRAME static void write_formatted(struct log* log) {
  count_bytes(log, fprintf(log->stream, "%s", kLine));
}

OWN_FRAME static void write_to_syslog(struct log* log) {
  (void)log;
  syslog(LOG_WARNING, "%s", "item is not in the cache, it will be fetched again");
}

OWN_FRAME static void log_every_item(struct log* log) {
  for (;;) {
    log->write_line(log);
  }
}

/// A private /dev with nothing in it but a log socket that a helper reads.
static void serve_syslog(void) {
  enter_private_namespaces();
  if (mount("none", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,mode=755") != 0) {
    fail("mount a private /dev");
  }
  const int receiver = socket(AF_UNIX, SOCK_DGRAM, 0);
  const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
  if (bind(receiver, (const struct sockaddr*)&address, sizeof(address)) != 0) {
    fail("bind /dev/log");
  }
  if (fork_helper() == 0) {
    char message[1024];
    while (recv(receiver, message, sizeof(message), 0) > 0) {
    }
    _exit(1);
  }
  close(receiver);
}

static void open_file(struct log* log, const char* path, const char* mode) {
  log->descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log->descriptor < 0) {
    fail(path);
  }
  const int by_line = strcmp(mode, "stdio") == 0;
  if (by_line || strcmp(mode, "blocks") == 0) {
    log->stream = fdopen(log->descriptor, "a");
    setvbuf(log->stream, NULL, by_line ? _IOLBF : _IOFBF, 4096);
    log->write_line = write_formatted;
  }
}

int main(int argc, char** argv) {
  if (argc < 3 || (argc < 4 && strcmp(argv[1], "stdout") != 0 && strcmp(argv[1], "syslog") != 0)) {
    usage("log_flood stdout|write|writev|stdio|blocks|syslog SECONDS [PATH]");
  }
  end_after(argv[2]);
  const char* mode = argv[1];
  struct log log = {.descriptor = STDOUT_FILENO, .write_line = write_plainly};
  if (strcmp(mode, "syslog") == 0) {
    serve_syslog();
    log.write_line = write_to_syslog;
  } else if (strcmp(mode, "stdout") != 0) {
    open_file(&log, argv[3], mode);
    if (strcmp(mode, "writev") == 0) {
      log.write_line = write_gathered;
    }
  }
  say_ready(0);
  log_every_item(&log);
}
