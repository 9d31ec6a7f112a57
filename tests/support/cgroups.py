# SPDX-License-Identifier: Apache-2.0
"""Fresh cgroups, in every hierarchy that the machine has: v2, v1, or both (hybrid)."""
import os
import signal
import time
from typing import Dict, List, Optional, Set

_CONTROLLERS = ("cpu", "memory", "pids")
# Times the usual one: more lets victims have their share on a machine that does other work, too.
WEIGHT = int(os.environ.get("CULPRIT_TEST_WEIGHT", "1"))
_made = 0


class Hierarchies:
    """Where the v2 hierarchy and the v1 controllers' hierarchies are mounted."""

    def __init__(self, unified: Optional[str], controllers: Dict[str, str]):
        self.unified = unified
        self.controllers = controllers

    def mount_points(self) -> List[str]:
        """Each hierarchy once, though two controllers may share one."""
        found = [self.unified] if self.unified else []
        for path in self.controllers.values():
            if path not in found:
                found.append(path)
        return found


def find_hierarchies(every_controller: bool = False) -> Hierarchies:
    """The hierarchies that tests put processes into, or all there are."""
    unified, controllers = None, {}
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        for line in mounts:
            left, right = line.rstrip("\n").split(" - ", 1)
            path, (kind, _, options) = left.split(" ")[4], right.split(" ")[:3]
            if kind == "cgroup2" and unified is None:
                unified = path
            elif kind == "cgroup":
                for controller in options.split(","):
                    if every_controller or controller in _CONTROLLERS:
                        controllers.setdefault(controller, path)
    return Hierarchies(unified, controllers)


class Cgroup:
    """One fresh cgroup under the root of every hierarchy; a context manager that kills what is left
    in it and removes it. Its relative path is the same everywhere."""

    def __init__(self, name: str):
        global _made
        _made += 1
        self.name = f"culprit-test-{os.getpid()}-{_made}-{name}"
        self.path = "/" + self.name
        self._hierarchies = find_hierarchies()

    def _folders(self) -> List[str]:
        return [os.path.join(mount, self.name) for mount in self._hierarchies.mount_points()]

    def __enter__(self) -> "Cgroup":
        for folder in self._folders():
            os.mkdir(folder)
        self._weigh_more()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for folder in self._folders():
            _remove(folder)

    def add(self, pid: int) -> None:
        """Moves a process (0: the calling one) into the cgroup."""
        for folder in self._folders():
            with open(os.path.join(folder, "cgroup.procs"), "w", encoding="ascii") as members:
                members.write(str(pid))

    def _weigh_more(self) -> None:
        if WEIGHT == 1:
            return
        v1 = self._hierarchies.controllers.get("cpu")
        if v1:
            path, usual = os.path.join(v1, self.name, "cpu.shares"), 1024
        else:
            path, usual = os.path.join(self._hierarchies.unified or "", self.name, "cpu.weight"), 100
        if os.path.exists(path):
            with open(path, "w", encoding="ascii") as text:
                text.write(str(WEIGHT * usual))

    def limit_cpu(self, cores: float) -> bool:
        """Caps the cgroup; False where no hierarchy offers the cpu controller."""
        period = 100000
        v1 = self._hierarchies.controllers.get("cpu")
        if v1:
            file, text = os.path.join(v1, self.name, "cpu.cfs_quota_us"), str(int(cores * period))
        else:
            file, text = (os.path.join(self._hierarchies.unified or "", self.name, "cpu.max"),
                          f"{int(cores * period)} {period}")
        if not os.path.exists(file):
            return False
        with open(file, "w", encoding="ascii") as limit:
            limit.write(text)
        return True

    def cpu_seconds(self) -> float:
        """What its processes used so far, by the kernel's clock."""
        path = os.path.join(self._hierarchies.unified or "", self.name, "cpu.stat")
        if os.path.exists(path):
            with open(path, encoding="ascii") as stat:
                return int(stat.readline().split()[1]) / 1e6
        path = os.path.join(self._hierarchies.controllers["cpu"], self.name, "cpuacct.usage")
        with open(path, encoding="ascii") as usage:
            return int(usage.read()) / 1e9

    def members(self) -> List[int]:
        found = set()
        for folder in self._folders():
            try:
                with open(os.path.join(folder, "cgroup.procs"), encoding="ascii") as members:
                    found.update(int(line) for line in members)
            except OSError:
                continue
        return sorted(found)

    def kill(self) -> Set[int]:
        """Ends every process that was started in the cgroup; forks in between are found again."""
        killed: Set[int] = set()
        for _ in range(100):
            members = self.members()
            if not members:
                break
            killed.update(members)
            for pid in members:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.02)
        return killed


def _remove(folder: str) -> None:
    # The kernel needs a moment after the last member's death.
    for _ in range(100):
        try:
            os.rmdir(folder)
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"cannot remove the cgroup {folder}")
