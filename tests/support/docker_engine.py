# SPDX-License-Identifier: Apache-2.0
"""A private Docker engine: its own socket, data and mounts, gone without a trace at the end."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from typing import Any, Dict, List, Optional, Sequence, Set

import linux
from cgroups import WEIGHT, find_hierarchies

START_SECONDS = 60
STOP_SECONDS = 30


class EngineError(Exception):
    """What the engine answered when it refused, or why it did not start."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class EngineApi:
    """The few requests that tests make of an engine, over its socket, without a client program."""

    def __init__(self, socket_path: str):
        self.socket_path = socket_path

    def request(self, method: str, path: str, body: Any = None, timeout: float = 60) -> Any:
        connection = _UnixConnection(self.socket_path, timeout)
        try:
            if body is None:
                connection.request(method, path)
            elif hasattr(body, "read"):
                connection.request(method, path, body, {"Content-Type": "application/x-tar"})
            else:
                connection.request(method, path, json.dumps(body),
                                   {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        if response.status >= 300:
            raise EngineError(f"{method} {path}: {response.status} {text.strip()}")
        try:
            return json.loads(text)
        except ValueError:
            return text

    def import_image(self, archive: str, name: str) -> None:
        """Makes an image of a root file system in a tar archive."""
        query = urllib.parse.urlencode({"fromSrc": "-", "repo": name, "tag": "latest"})
        with open(archive, "rb") as content:
            answer = self.request("POST", f"/images/create?{query}", content)
        if "errorDetail" in str(answer):
            raise EngineError(f"import of {archive}: {answer}")

    def start(self, name: str, image: str, command: Sequence[str],
              labels: Optional[Dict[str, str]] = None, **host_config: Any) -> str:
        """Creates and starts a container that reaches nothing but its own loopback; its id."""
        body = {"Image": image, "Cmd": list(command), "Labels": labels or {},
                "HostConfig": {"NetworkMode": "none", "CpuShares": 1024 * WEIGHT, **host_config}}
        query = urllib.parse.urlencode({"name": name})
        made = self.request("POST", f"/containers/create?{query}", body)
        try:
            self.request("POST", f"/containers/{made['Id']}/start")
        except BaseException:
            self.remove(made["Id"])
            raise
        return made["Id"]

    def remove(self, container: str) -> None:
        self.request("DELETE", f"/containers/{container}?force=true&v=true")

    def containers(self) -> List[Dict[str, Any]]:
        return self.request("GET", "/containers/json?all=true")

    def state(self, container: str) -> Dict[str, Any]:
        return self.request("GET", f"/containers/{container}/json")["State"]

    def await_running(self, container: str, seconds: float = 10) -> int:
        """The container's first process id on this host."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.state(container)
            if state["Running"] and state["Pid"] > 0:
                return state["Pid"]
            if state["Status"] == "exited":
                break
            time.sleep(0.05)
        raise EngineError(f"{container} does not run: {self.state(container)}")


class PrivateEngine(EngineApi):
    """A context manager: dockerd with everything that it writes below one folder.

    The engine lives in a mount namespace of its own, so its mounts end with it, and it is told to
    stop when this process dies. Containers, shims and the folder go away on every way out."""

    def __init__(self, parent: Optional[str] = None):
        self.folder = tempfile.mkdtemp(prefix="culprit-docker-", dir=parent)
        super().__init__(os.path.join(self.folder, "docker.sock"))
        self._daemon: Optional[subprocess.Popen] = None
        self._cgroups = [os.path.join(mount, "docker")
                         for mount in find_hierarchies(every_controller=True).mount_points()]
        self._cgroups = [path for path in self._cgroups if not os.path.exists(path)]

    @property
    def data_root(self) -> str:
        return os.path.join(self.folder, "data")

    def command(self) -> List[str]:
        folder = self.folder
        return ["dockerd", "--bridge=none", "--iptables=false", "--ip-masq=false",
                "-H", f"unix://{self.socket_path}", "--data-root", self.data_root,
                "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid",
                "--exec-opt", "native.cgroupdriver=cgroupfs", "--shutdown-timeout", "1"]

    def __enter__(self) -> "PrivateEngine":
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _start(self) -> None:
        # Shims outlive dockerd by a moment; an init that reaps nobody would keep them as zombies.
        linux.adopt_orphans()
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self._daemon = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=_become_private, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._daemon.poll() is not None:
                break
            try:
                self.request("GET", "/_ping", timeout=5)
                return
            except (OSError, http.client.HTTPException, EngineError):
                time.sleep(0.1)
        raise EngineError(f"dockerd did not start:\n{self.log()}")

    def log(self) -> str:
        try:
            with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
                return log.read()[-3000:]
        except OSError:
            return ""

    def __exit__(self, *_: object) -> None:
        with linux.signals_held():
            # They carry our folder's name on their command lines, until they end.
            helpers = _processes_below(self.folder)
            self._remove_containers()
            self._stop_daemon(helpers)
            for cgroup in self._cgroups:
                _remove_if_empty(cgroup)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _remove_containers(self) -> None:
        if self._daemon is None or self._daemon.poll() is not None:
            return
        try:
            for container in self.containers():
                self.remove(container["Id"])
        except (OSError, http.client.HTTPException, EngineError):
            # The daemon's own shutdown kills what is left.
            return

    def _stop_daemon(self, helpers: Set[int]) -> None:
        if self._daemon is None:
            return
        if self._daemon.poll() is None:
            self._daemon.terminate()
        try:
            self._daemon.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._daemon.kill()
            self._daemon.wait()
        for pid in (helpers | _processes_below(self.folder)) - {self._daemon.pid}:
            _kill_if_below(pid, self.folder)
            linux.reap(pid)


def _become_private() -> None:
    """In the child: own mounts, own /run/containerd (else dockerd would use the host's containerd),
    and an end when the parent dies."""
    linux.die_with_parent(signal.SIGTERM)
    linux.unshare_mounts()
    os.makedirs("/run/containerd", exist_ok=True)
    linux.mount_tmpfs("/run/containerd")


def _command_line(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def _processes_below(folder: str) -> Set[int]:
    """Processes of ours: those whose command line names the engine's own folder."""
    own = os.getpid()
    return {int(entry) for entry in os.listdir("/proc")
            if entry.isdigit() and int(entry) != own and folder in _command_line(int(entry))}


def _kill_if_below(pid: int, folder: str) -> None:
    if folder not in _command_line(pid):
        return
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _remove_if_empty(cgroup: str) -> None:
    try:
        os.rmdir(cgroup)
    except OSError:
        return
