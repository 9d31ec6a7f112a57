// SPDX-License-Identifier: Apache-2.0
// A healthy long computation: queries of about four seconds each on an in-memory SQLite database,
// a whole core and no system call meanwhile.
//
//   long_query SECONDS
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

#include "workload.h"

enum { kCalibrationRows = 2000000, kQuerySeconds = 4 };

OWN_FRAME static double run_query(sqlite3* database, long rows) {
  char* query = sqlite3_mprintf(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
      "SELECT sum(i * i %% 7) FROM n",
      (int)rows);
  struct timespec start;
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  if (sqlite3_exec(database, query, NULL, NULL, NULL) != SQLITE_OK) {
    fail("query");
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  sqlite3_free(query);
  return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

int main(int argc, char** argv) {
  if (argc < 2) {
    usage("long_query SECONDS");
  }
  end_after(argv[1]);
  sqlite3* database = NULL;
  if (sqlite3_open(":memory:", &database) != SQLITE_OK) {
    fail("open a database in memory");
  }
  const double seconds = run_query(database, kCalibrationRows);
  const long rows = (long)(kCalibrationRows * kQuerySeconds / seconds);
  say_ready(0);
  for (;;) {
    run_query(database, rows);
    fputs("answered\n", stdout);
    fflush(stdout);
  }
}
