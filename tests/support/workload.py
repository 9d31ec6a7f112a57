# SPDX-License-Identifier: Apache-2.0
"""Starts one victim in a fresh cgroup and knows how it is called in a report."""
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from typing import List, Optional, Sequence

import linux
from cgroups import Cgroup
from requirements import path_from_environment

READY_SECONDS = 30


def victim(name: str) -> str:
    """The path of a victim that the build made."""
    return os.path.join(path_from_environment("CULPRIT_WORKLOADS"), name)


class Workload:
    """A context manager around one running victim.

    name: how the cgroup is called, hence the workload in a report. port: what the victim said that
    it is about. Whatever the victim prints is read and thrown away, as a log collector would."""

    def __init__(self, name: str, command: Sequence[str], announces: bool = True,
                 cwd: Optional[str] = None):
        self._cgroup = Cgroup(name)
        self._command = list(command)
        self._announces = announces
        self._cwd = cwd
        self._process: Optional[subprocess.Popen] = None
        self._threads: List[threading.Thread] = []
        self.port = 0

    @property
    def name(self) -> str:
        return self._cgroup.name

    @property
    def cgroup(self) -> Cgroup:
        return self._cgroup

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> "Workload":
        self._cgroup.__enter__()
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _start(self) -> None:
        # What a victim forks and leaves behind would stay a zombie under an init that reaps nobody.
        linux.adopt_orphans()
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=lambda: self._cgroup.add(0), cwd=self._cwd)
        self._drain(self._process.stdout)
        if self._announces:
            self._await_ready()
        self._drain(self._process.stderr)

    def _await_ready(self) -> None:
        assert self._process is not None and self._process.stderr is not None
        said = b""
        deadline = time.monotonic() + READY_SECONDS
        descriptor = self._process.stderr.fileno()
        while b"\n" not in said:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise AssertionError(f"{self._command[0]} did not become ready: {said!r}")
            chunk = os.read(descriptor, 4096)
            if not chunk:
                raise AssertionError(f"{self._command[0]} ended early: {said!r}")
            said += chunk
        line = said.decode(errors="replace").splitlines()[0]
        if not line.startswith("ready port="):
            raise AssertionError(f"{self._command[0]} failed: {line}")
        self.port = int(line.split("=", 1)[1])

    def await_port(self, port: int) -> None:
        """For a server that announces nothing: until it takes connections on the loopback."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if not self.alive() or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _drain(self, stream) -> None:
        def read_all() -> None:
            while True:
                try:
                    if not os.read(stream.fileno(), 1 << 20):
                        return
                except (OSError, ValueError):
                    return

        thread = threading.Thread(target=read_all, daemon=True)
        thread.start()
        self._threads.append(thread)

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def __exit__(self, *_: object) -> None:
        # Killed before its pipes close: a broken pipe would change its last moments.
        killed = self._cgroup.kill()
        if self._process is not None:
            self._process.wait(timeout=10)
            for pid in killed - {self._process.pid}:
                linux.reap(pid)
            for thread in self._threads:
                thread.join(timeout=10)
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None:
                    stream.close()
        self._cgroup.__exit__(None, None, None)


def python_victim(name: str, *arguments: str) -> List[str]:
    return [sys.executable, victim(name), *arguments]


class Scratch(tempfile.TemporaryDirectory):
    """A folder that only its owner sees, removed at the end."""

    def __enter__(self) -> "Scratch":
        super().__enter__()
        return self

    def path(self, name: str) -> str:
        return os.path.join(self.name, name)
