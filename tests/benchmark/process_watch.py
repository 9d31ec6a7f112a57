# SPDX-License-Identifier: Apache-2.0
"""Which processes a container had while it was measured, and what was mapped where in each: peers tell
addresses only, and processes end."""
import bisect
import os
import re
import threading
from typing import Dict, List, NamedTuple, Optional, Tuple

LOOK_SECONDS = 0.1
MAPPED = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) \S+ \d+ +(\S.*)?$", re.MULTILINE)


class Mapping(NamedTuple):
    start: int
    end: int
    offset: int
    path: str


class Watch:
    """A context manager: looks at the processes of one cgroup ten times a second."""

    def __init__(self, cgroup: str):
        self._cgroup = cgroup
        self._maps: Dict[int, Dict[int, Mapping]] = {}
        self._sorted: Dict[int, List[Mapping]] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def __contains__(self, pid: int) -> bool:
        return pid in self._maps

    def place(self, pid: int, address: int) -> Optional[Tuple[str, int]]:
        """The file and the offset in it; an empty path for executable memory without a file; None
        where no code is mapped."""
        if pid not in self._sorted:
            self._sorted[pid] = sorted(self._maps.get(pid, {}).values())
        maps = self._sorted[pid]
        row = bisect.bisect_right(maps, address, key=lambda mapping: mapping.start) - 1
        if row < 0 or address >= maps[row].end:
            return None
        return maps[row].path, address - maps[row].start + maps[row].offset

    def paths_by_name(self) -> Dict[str, str]:
        """Of the files that held code, by the last part of their path."""
        return {os.path.basename(mapping.path): mapping.path
                for maps in self._maps.values() for mapping in maps.values() if mapping.path}

    def _look_on(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            for pid in _processes(self._cgroup):
                known = self._maps.setdefault(pid, {})
                for mapping in _executable(pid):
                    known[mapping.start] = mapping


def cgroup_of(pid: int, unified: str) -> str:
    with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
        for line in file:
            if line.startswith("0::"):
                return os.path.join(unified, line.rstrip("\n")[3:].lstrip("/"))
    raise SystemExit("tools/bench: this machine has no cgroup v2 hierarchy")


def _processes(cgroup: str) -> List[int]:
    try:
        with open(os.path.join(cgroup, "cgroup.procs"), encoding="utf-8") as file:
            return [int(line) for line in file]
    except OSError:
        return []


def _executable(pid: int) -> List[Mapping]:
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return []
    return [Mapping(int(start, 16), int(end, 16), int(offset, 16), path if path.startswith("/") else "")
            for start, end, offset, path in MAPPED.findall(text)]
