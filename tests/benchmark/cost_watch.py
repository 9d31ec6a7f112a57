# SPDX-License-Identifier: Apache-2.0
"""What the processes of a fresh cgroup cost, seen from outside: CPU time by the cgroup, memory by /proc."""
import os
import re
import threading
import time
from typing import Dict

import cgroups

LOOK_SECONDS = 0.05
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ ")
SHARE = re.compile(r"^Pss:\s+(\d+) kB$")
BPF_MAP = "anon_inode:bpf-map"


class CostWatch:
    """A context manager around the run of a program that calls enter() first. The cgroup is one of the
    v2 hierarchy only: a cgroup of the cpu controller would be scheduled by itself."""

    def __init__(self) -> None:
        unified = cgroups.find_hierarchies().unified
        if unified is None:
            raise SystemExit("this machine has no cgroup v2 hierarchy")
        self._folder = os.path.join(unified, f"culprit-cost-{os.getpid()}")
        self._peaks: Dict[int, int] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self.cpu_seconds = 0.0  # of all its processes, known at the end
        self.together = 0       # bytes at most at one moment; pages that several share count once

    def __enter__(self) -> "CostWatch":
        os.mkdir(self._folder)
        self._thread.start()
        return self

    def enter(self) -> None:
        with open(os.path.join(self._folder, "cgroup.procs"), "w", encoding="ascii") as members:
            members.write("0")

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        with open(os.path.join(self._folder, "cpu.stat"), encoding="ascii") as file:
            self.cpu_seconds = int(dict(line.split() for line in file)["usage_usec"]) / 1e6
        self._remove()

    def _remove(self) -> None:
        """The last helper may still be on its way out."""
        for _ in range(100):
            try:
                os.rmdir(self._folder)
                return
            except OSError:
                time.sleep(LOOK_SECONDS)
        raise SystemExit(f"{self._folder} is still in use")

    @property
    def largest_peak(self) -> int:
        """Bytes resident at most, of the largest process."""
        return max(self._peaks.values(), default=0)

    def _look_on(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            with open(os.path.join(self._folder, "cgroup.procs"), encoding="ascii") as file:
                pids = [int(line) for line in file]
            for pid in pids:
                self._peaks[pid] = max(self._peaks.get(pid, 0), _peak_kilobytes(pid) * 1024)
            self.together = max(self.together, sum(_own_kilobytes(pid) for pid in pids) * 1024)


def _text(pid: int, name: str) -> str:
    try:
        with open(f"/proc/{pid}/{name}", encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""  # it has ended


def _peak_kilobytes(pid: int) -> int:
    found = PEAK.search(_text(pid, "status"))
    return int(found.group(1)) if found else 0


def _own_kilobytes(pid: int) -> int:
    """Its part of what is resident, without the memory of BPF maps, which others count."""
    kilobytes, of_map = 0, False
    for line in _text(pid, "smaps").splitlines():
        if MAPPING.match(line):
            of_map = line.endswith(BPF_MAP)
        elif not of_map:
            found = SHARE.match(line)
            kilobytes += int(found.group(1)) if found else 0
    return kilobytes
