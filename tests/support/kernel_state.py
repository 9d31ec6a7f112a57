# SPDX-License-Identifier: Apache-2.0
"""What is attached to the kernel right now, and the processor's clocks, as seen from outside."""
import json
import os
import shutil
import subprocess
import threading
import time
from typing import Any, Callable, Dict, List, Set, Tuple

from requirements import require


def _bpftool(*arguments: str) -> Any:
    tool = shutil.which("bpftool") or "/usr/sbin/bpftool"
    require(os.path.exists(tool), "needs the program bpftool")
    output = subprocess.run([tool, "--json", *arguments], check=True, capture_output=True).stdout
    return json.loads(output or b"[]")


def attached() -> Dict[str, Set[Tuple[int, str]]]:
    """Ids with names of the BPF programs, links and maps, and what is pinned."""
    found = {}
    for what in ("prog", "link", "map"):
        found[what] = {(entry["id"], entry.get("name", entry.get("type", "")))
                       for entry in _bpftool(what, "list")}
    return found


def left_over(before: Dict[str, Set[Tuple[int, str]]], seconds: float = 5) -> Dict[str, list]:
    """What is there now and was not before; waits, for the kernel frees programs after a while."""
    deadline = time.monotonic() + seconds
    while True:
        now = attached()
        new = {what: sorted(now[what] - before[what]) for what in now if now[what] - before[what]}
        if not new or time.monotonic() > deadline:
            return new
        time.sleep(0.1)


def descendants(pid: int) -> List[int]:
    found = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as children:
                pids = [int(child) for child in children.read().split()]
        except OSError:
            continue
        for child in pids:
            found += [child, *descendants(child)]
    return found


def is_running(pid: int) -> bool:
    """Zombies do not run."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def read_proc_stat() -> List[int]:
    """The ticks of all processors together, in the order of proc(5)."""
    with open("/proc/stat", encoding="ascii") as stat:
        return [int(field) for field in stat.readline().split()[1:]]


Reading = Tuple[float, Any]


class Recorder:
    """Reads something ten times a second, with the time of day, while its context lasts."""

    def __init__(self, read: Callable[[], Any]):
        self._read = read
        self._rows: List[Reading] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._record, daemon=True)

    def _record(self) -> None:
        while not self._stop.is_set():
            self._rows.append((time.time(), self._read()))
            self._stop.wait(0.1)

    def __enter__(self) -> "Recorder":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def between(self, start: float, end: float) -> Tuple[Reading, Reading]:
        """The readings nearest to two moments."""
        return (min(self._rows, key=lambda row: abs(row[0] - start)),
                min(self._rows, key=lambda row: abs(row[0] - end)))


def cores(first: Reading, last: Reading) -> Dict[str, float]:
    """CPUs' worth of busy, waiting and stolen time between two readings of /proc/stat."""
    user, nice, system, idle, iowait, irq, softirq, steal = [
        after - before for before, after in zip(first[1], last[1])][:8]
    scale = os.sysconf("SC_CLK_TCK") * (last[0] - first[0])
    return {"busy": (user + nice + system + irq + softirq) / scale,
            "quiet": (idle + iowait) / scale, "steal": steal / scale}
