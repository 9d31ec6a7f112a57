# SPDX-License-Identifier: Apache-2.0
"""Nanoseconds a sample, as the kernel counts them, by the depth of the stack: ours over code without
frame pointers, others' over the same code with them."""
import os
import signal
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from typing import Any, Callable, Dict, Iterator, List, Set

import culprit
import peers
from peers import bpftool

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "deep_calls.c")
STATISTICS = "/proc/sys/kernel/bpf_stats_enabled"
# Ten times the usual, for enough samples in seconds. At 99 Hz caches are colder and samples dearer.
FREQUENCY = 999
DEPTHS = (5, 20, 60)
SETTLE_SECONDS = 2.0
MEASURE_SECONDS = 2.0
# Frames besides the calls that are asked for: spin, main and what called that, which a walk by frame
# pointers loses sight of one or two frames earlier.
FRAMES_BESIDE_CALLS = {"without": 6, "with": 4}

Start = Callable[[], subprocess.Popen]


def measure(rounds: int, lock: Callable[[], Any]) -> Dict[str, Any]:
    found: Dict[str, Dict[int, List[float]]] = {}
    with tempfile.TemporaryDirectory(prefix="culprit-bench-") as folder, statistics_on():
        victims = {kind: _compile(folder, kind) for kind in FRAMES_BESIDE_CALLS}
        for _ in range(rounds):
            for depth in DEPTHS:
                with lock():
                    for tool, kind, start in _tools():
                        cost = _cost(victims[kind], depth - FRAMES_BESIDE_CALLS[kind], start)
                        found.setdefault(tool, {}).setdefault(depth, []).append(cost)
    return {"rounds": rounds,
            # What else a machine does only ever adds; the medians show how much it did.
            "ns": _summary(found, min), "median_ns": _summary(found, statistics.median), "all_ns": found}


def _summary(found: Dict[str, Dict[int, List[float]]], one_of: Callable[[List[float]], float]
             ) -> Dict[str, Dict[str, float]]:
    return {tool: {str(depth): one_of(costs) for depth, costs in by_depth.items()}
            for tool, by_depth in found.items()}


def per_frame(by_depth: Dict[str, float]) -> float:
    """The slope from the fewest to the most frames."""
    depths = sorted(by_depth, key=int)
    return (by_depth[depths[-1]] - by_depth[depths[0]]) / (int(depths[-1]) - int(depths[0]))


def _tools() -> List[Any]:
    program = f"profile:hz:{FREQUENCY} {{ @[pid, ustack(perf, 127)] = count(); }}"
    return [("culprit, no frame pointers", "without", _start_culprit),
            ("bpftrace ustack, frame pointers", "with", lambda: _start(["bpftrace", "-e", program])),
            ("libbpf-tools profile, frame pointers", "with",
             lambda: _start([*peers.profile_command(), "-U", "-F", str(FREQUENCY), "3600"])),
            ("culprit, frame pointers", "with", _start_culprit)]


def _start_culprit() -> subprocess.Popen:
    return _start([culprit.binary(), "investigate", "--duration", "60s", "--frequency", str(FREQUENCY)])


def _start(command: List[str]) -> subprocess.Popen:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def _cost(victim: str, calls: int, start: Start) -> float:
    before = _programs()
    with ExitStack() as stack:
        for cpu in sorted(os.sched_getaffinity(0)):
            stack.enter_context(_running(_start(
                ["taskset", "--cpu-list", str(cpu), victim, "60", str(calls)])))
        stack.enter_context(_running(start()))
        time.sleep(SETTLE_SECONDS)
        first = _totals(before)
        time.sleep(MEASURE_SECONDS)
        last = _totals(before)
    runs = last["runs"] - first["runs"]
    if runs < MEASURE_SECONDS * FREQUENCY / 2:
        raise SystemExit(f"tools/bench: a sampler ran {runs} times only")
    return (last["ns"] - first["ns"]) / runs


@contextmanager
def _running(process: subprocess.Popen) -> Iterator[None]:
    """Ended as its user would, then by force."""
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _programs() -> Set[int]:
    return {program["id"] for program in bpftool("prog", "show") if program["type"] == "perf_event"}


def _totals(before: Set[int]) -> Dict[str, int]:
    """Of the perf programs that came since."""
    new = [program for program in bpftool("prog", "show")
           if program["type"] == "perf_event" and program["id"] not in before]
    return {"ns": sum(program.get("run_time_ns", 0) for program in new),
            "runs": sum(program.get("run_cnt", 0) for program in new)}


@contextmanager
def statistics_on() -> Iterator[None]:
    with open(STATISTICS, encoding="utf-8") as file:
        setting = file.read()
    _write(STATISTICS, "1")
    try:
        yield
    finally:
        _write(STATISTICS, setting)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _compile(folder: str, kind: str) -> str:
    target = os.path.join(folder, f"deep_calls_{kind}")
    pointers = "-fno-omit-frame-pointer" if kind == "with" else "-fomit-frame-pointer"
    subprocess.run(["cc", "-O1", pointers, "-fno-optimize-sibling-calls", "-o", target, SOURCE], check=True)
    return target
