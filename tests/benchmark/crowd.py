#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an investigation costs, and when it ends, on a host with many containers.

crowd.py [--containers 100] [--starting] [--spinners 0] [--duration 10] [--repeat 3] [--real] [--binary FILE]...

Starts so many cgroups with a process each that wakes up ten times a second (--starting: that starts
two processes a second; --real: containers of a private Docker engine instead), besides so many
spinning processes at nice -20, and prints what culprit says that it cost and, next to it, what is
seen from outside: the CPU time of the cgroup that it runs in, and the memory of its processes, looked
at twenty times a second. Several binaries are run in turns. Everything is ended again."""
import argparse
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, nullcontext
from typing import Dict, List

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
sys.dont_write_bytecode = True
BUILD = os.path.join(ROOT, "build", "release")
os.environ.setdefault("CULPRIT_BINARY", os.path.join(BUILD, "culprit"))
os.environ.setdefault("CULPRIT_WORKLOADS", os.path.join(BUILD, "tests", "workloads"))

import container_case  # noqa: E402
from cost_watch import CostWatch  # noqa: E402
import culprit  # noqa: E402
import linux  # noqa: E402
from requirements import require_root  # noqa: E402
from workload import Workload, victim  # noqa: E402

PERL = "/usr/bin/perl"
IDLER = [PERL, "-e", "for (1 .. 6000) { select(undef, undef, undef, 0.1) }"]
STARTER = ["/bin/sh", "-c", "i=0; while [ $i -lt 1200 ]; do sleep 0.5; i=$((i+1)); done"]
SPINNER_SECONDS = "600"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--containers", type=int, default=100)
    parser.add_argument("--spinners", type=int, default=0)
    parser.add_argument("--duration", type=float, default=10)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--starting", action="store_true")
    parser.add_argument("--binary", action="append", default=[])
    arguments = parser.parse_args()
    require_root()
    linux.end_on_signals()
    # The watch itself must not starve; what it starts does not inherit this.
    os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    with ExitStack() as stack:
        engine = start_crowd(stack, arguments)
        start_spinners(stack, arguments.spinners)
        binaries = [os.path.abspath(path) for path in arguments.binary] or [culprit.binary()]
        runs: Dict[str, List[Dict[str, float]]] = {binary: [] for binary in binaries}
        for _ in range(arguments.repeat):
            for binary in binaries:
                runs[binary].append(measure(binary, arguments.duration, engine,
                                            starving=arguments.spinners > 0))
    for binary in binaries:
        print_table(arguments, binary if arguments.binary else "", runs[binary])
    return 0


def start_crowd(stack: ExitStack, arguments: argparse.Namespace) -> List[str]:
    """The arguments that tell culprit of the engine."""
    command = STARTER if arguments.starting else IDLER
    if not arguments.real:
        for number in range(arguments.containers):
            stack.enter_context(Workload(f"crowd-{number}", command, announces=False))
        return []
    container_case.start_engine([PERL, "/usr/bin/sleep"])
    stack.callback(container_case.stop_engine)
    for number in range(arguments.containers):
        container_case.engine.start(f"crowd-{number}", container_case.IMAGE, command)
    return ["--docker-socket", container_case.engine.socket_path]


def start_spinners(stack: ExitStack, count: int) -> None:
    """In the root cgroup, where their priority counts against everybody's."""
    if count == 0:
        return
    spinners = subprocess.Popen(
        ["nice", "-n", "-20", victim("burn_cpu"), SPINNER_SECONDS, str(count)],
        stderr=subprocess.DEVNULL)
    stack.callback(spinners.wait)
    stack.callback(spinners.kill)


def measure(binary: str, duration: float, engine: List[str], starving: bool) -> Dict[str, float]:
    """Nobody looks on where all starve: to make the cgroup's process alone would take seconds, and who
    reads a process's mappings holds it up."""
    command = [binary, "investigate", "--duration", f"{duration}s", "--format", "json", *engine]
    watch = None if starving else CostWatch()
    begin = time.monotonic()
    with watch or nullcontext():
        process = culprit.start_command(command, preexec_fn=watch.enter if watch else None)
        done = culprit.finish(process, timeout=duration + 120)
        took = time.monotonic() - begin
    data = done.report.data
    overhead = data["overhead"]
    maps = overhead["map_bytes"]
    told = overhead["own_cpu_share"] * data["window"]["duration_s"] + overhead["one_off_cpu_seconds"]
    figures = {"seconds": took, "while_sampling": 100 * overhead["own_cpu_share"],
               "once": overhead["one_off_cpu_seconds"], "told": told,
               "rss": overhead["rss_bytes"] / 2**20, "maps": maps / 2**20,
               "lost": 100 * data["window"]["lost"]["share"], "containers": len(data["containers"])}
    if watch:
        figures.update({"seen": watch.cpu_seconds, "program": watch.largest_peak / 2**20, "together": watch.together / 2**20,
                        "all": (watch.together + maps) / 2**20})
    return figures


ROWS = (("seconds", "s from start to end"), ("while_sampling", "% of a CPU while sampling"),
        ("once", "s of CPU once"), ("told", "s of CPU in all, as it says"),
        ("seen", "s of CPU in all, as its cgroup says"),
        ("rss", "MiB resident at most, the program and its helpers, as it says"),
        ("program", "MiB resident at most, the program"),
        ("together", "MiB at most at once without BPF maps, shared pages counted once"),
        ("maps", "MiB of BPF maps"), ("all", "MiB in all: the last two"),
        ("lost", "% lost"), ("containers", "containers told of"))


def print_table(arguments: argparse.Namespace, binary: str, runs: List[Dict[str, float]]) -> None:
    what = "that start two processes a second each" if arguments.starting else "of idlers"
    print(f"{binary} {arguments.containers} containers{' of a real engine' if arguments.real else ''} {what}, "
          f"{arguments.spinners} spinners at nice -20, {arguments.duration:g} s, {len(runs)} runs: "
          "median (min to max)".lstrip())
    for key, unit in ROWS:
        values = [run[key] for run in runs if key in run]
        if not values:
            continue
        print(f"  {statistics.median(values):8.2f} ({min(values):.2f} to {max(values):.2f})  {unit}")


if __name__ == "__main__":
    sys.exit(main())
