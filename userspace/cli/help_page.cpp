// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

namespace culprit {

std::string_view culprit_version() {
  return CULPRIT_VERSION;
}

std::string_view help_page() {
  return R"(culprit: which container burns the CPU, what it is doing, in which function

Usage: culprit [investigate] [OPTIONS]
       culprit record -o FILE.culprit [OPTIONS]
       culprit report FILE.culprit [--format ...] [--out DIR]
       culprit flame FILE [--format svg|folded] [--container NAME]
                     [--from TIME] [--to TIME]
                     [--by cpu|syscalls|connect-failures|write-bytes]
       culprit diff BEFORE AFTER [--format text|json|svg|html]
                             what changed between two recordings; see
                             culprit diff --help
       culprit doctor        what works on this host, what would mend the rest

Observes this host for ten seconds and prints who is to blame, the proof, and
what to do. Needs root. Stops, traces and changes nothing, sends nothing away.

record keeps what is observed in one file, until --duration is over or Ctrl-C;
--out of an investigation writes run.culprit. report and flame read such a file
on any machine, without privileges; flame reads folded stacks and the text of
perf script as well. --from and --to count from the recording's start.

What to look at (all of the host when none is given; may be repeated)
  --container NAME|ID-PREFIX|CGROUP-PATH
                         only this container and what runs below it
  --pod NS/NAME          only this Kubernetes pod
  --label KEY=VALUE      only containers with this label

How to look
  --duration TIME        100ms to 1h; 10s, 500ms, 2m, or seconds  [10s]
  --frequency HZ         samples per second and CPU, 1 to 5000    [99]
  --event cpu-clock|cycles
                         what drives the sampling; cycles needs a hardware
                         counter, which many virtual machines lack [cpu-clock]
  --max-overhead SHARE   what watching system calls may cost of the CPUs; above
                         it they are watched a part of the time only  [2%]
  --no-inlines           name the function that holds an address, not the ones
                         that the compiler put into it: faster
  --btf FILE             a description of this kernel's structures, where the
                         kernel has none of its own        [found by itself]
  --force-rung NAME      take a second choice though the kernel has the first,
                         for tests: raw-tracepoints, untyped-tasks,
                         kernel-walker
  --docker-socket PATH   the container engine's socket, only ever read from
                         [found by itself]

What to print
  --format text|json|markdown|html|svg|folded|pprof|speedscope|otlp|firefox
                         on standard output                     [text]
  --out DIR              also write reports, an HTML page, pprof and flame
                         graphs there; the directory is made if need be
  --min-confidence N     leave out findings below, 0 to 1       [0.3]

For scripts
  --fail-on KIND[,KIND]|any
                         end with 3 when one of these kinds is found, or any
                         culprit; for example runaway_loop,retry_storm
  --fail-confidence N    ... with at least this confidence      [0.8]

  -h, --help             this page
  --version              the version

Exit codes: 0 ran, 1 failed, 2 usage, 3 --fail-on matched, 4 ran but lost more
than 5 % of what it should have seen, 5 could not observe (privileges, kernel).
The result goes to standard output; progress and an interim verdict after three
seconds go to standard error.

Examples
  culprit                                       who is it?
  culprit --container backend-2 --duration 30s  what is it doing?
  culprit --format json --out incident-1        keep the evidence
  culprit --fail-on any                         a gate after a deploy
)";
}

}  // namespace culprit
