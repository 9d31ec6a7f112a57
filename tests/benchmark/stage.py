# SPDX-License-Identifier: Apache-2.0
"""Runs stock programs in containers of a private engine, and culprit beside them."""
import contextlib
import fcntl
import json
import os
import subprocess
import time
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

import culprit
import process_watch
import program_image
from cgroups import find_hierarchies
from docker_engine import PrivateEngine
from programs import INSIDE, LOADS, VICTIMS_INSIDE, Program
from workload import victim

IMAGE = "culprit/programs"
END_SECONDS = 120


class Actor(NamedTuple):
    """A running container: its name, its files as seen from here, its cgroup."""

    name: str
    root: str
    cgroup: str

    def require_life(self) -> None:
        """Files of a container that has ended cannot be read: nothing would be judged whole."""
        if not os.path.isdir(os.path.join(self.root, "usr")):
            raise SystemExit(f"tools/bench: {self.name} ended before its files were read")


@contextlib.contextmanager
def engine_with_programs() -> Iterator[PrivateEngine]:
    archive = program_image.program_archive()
    with PrivateEngine() as engine:
        engine.import_image(archive, IMAGE)
        yield engine


@contextlib.contextmanager
def running(engine: PrivateEngine, program: Program, seconds: float) -> Iterator[Actor]:
    unified = find_hierarchies().unified
    if unified is None:
        raise SystemExit("tools/bench: this machine has no cgroup v2 hierarchy")
    name = f"bench-{program.name}"
    container = engine.start(name, IMAGE, program.run_for(seconds + program.settle),
                             Binds=[f"{LOADS}:{INSIDE}:ro",
                                    f"{os.path.dirname(victim('endless_loop'))}:{VICTIMS_INSIDE}:ro"])
    try:
        pid = engine.await_running(container)
        time.sleep(program.settle)
        if not engine.state(container)["Running"]:
            log = engine.request("GET", f"/containers/{container}/logs?stdout=true&stderr=true&tail=5")
            raise SystemExit(f"tools/bench: the load of {program.name} ended early: {log}")
        yield Actor(name, f"/proc/{pid}/root", process_watch.cgroup_of(pid, unified))
    finally:
        engine.remove(container)


class Investigation:
    """culprit on one container."""

    def __init__(self, engine: PrivateEngine, actor: Actor, seconds: float, frequency: int, folder: str,
                 *options: str):
        self._folder = os.path.join(folder, "culprit")
        self._process = culprit.start(
            "investigate", "--container", actor.name, "--duration", f"{seconds}s", "--format", "json",
            "--frequency", str(frequency), "--docker-socket", engine.socket_path, "--out", self._folder,
            *options, stdout=subprocess.DEVNULL)
        self._seconds = seconds

    def await_end(self) -> None:
        done = culprit.finish(self._process, timeout=self._seconds + END_SECONDS)
        if done.code not in (culprit.EXIT_OK, culprit.EXIT_LOST):
            raise SystemExit(f"tools/bench: {done!r}")

    @property
    def report(self) -> Dict[str, Any]:
        with open(os.path.join(self._folder, "report.json"), encoding="utf-8") as file:
            return json.load(file)

    def folded(self, name: str) -> List["FoldedStack"]:
        """The container's stacks, outermost frame first, without kernel frames."""
        found = []
        with open(os.path.join(self._folder, "stacks.folded"), encoding="utf-8") as file:
            for line in file:
                path, samples = line.rsplit(" ", 1)
                workload, process, *frames = path.split(";")
                if workload == name:
                    user = [frame for frame in frames if not frame.endswith("_[k]")]
                    found.append(FoldedStack(process, user, int(samples)))
        return found


class FoldedStack(NamedTuple):
    process: str
    frames: List[str]
    samples: int


@contextlib.contextmanager
def machine_lock(path: Optional[str]) -> Iterator[None]:
    """Held by one measurement at a time where several people share a machine."""
    if path is None:
        yield
        return
    with open(path, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
