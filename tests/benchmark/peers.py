# SPDX-License-Identifier: Apache-2.0
"""Other profilers, run beside culprit on the same load: what each saw of a container's user stacks."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

import image
import program_image
from process_watch import Watch

# File and offset in it; no file: made at run time; None: no code is there.
Place = Optional[Tuple[str, int]]
END_SECONDS = 60
# Of each CPU: copies of stacks are large.
BUFFER = "8M"

# culprit bills these to nobody whom they interrupted.
SOFT_INTERRUPT = re.compile(r" (__do_softirq|handle_softirqs|__softirqentry_text_start) ")


class SeenStack(NamedTuple):
    """Innermost frame first."""

    places: List[Place]
    samples: int


class Perf:
    """perf record: by frame pointers, or (`dwarf`) by copies of the stacks."""

    def __init__(self, folder: str, frequency: int, call_graph: str = "fp"):
        self._file = os.path.join(folder, f"perf-{call_graph.split(',')[0]}.data")
        self.process = _start(["perf", "record", "--quiet", "--all-cpus", "--event", "cpu-clock",
                               "--freq", str(frequency), "--call-graph", call_graph,
                               "--clockid", "CLOCK_MONOTONIC", "--mmap-pages", BUFFER,
                               "--output", self._file, "--", "sleep", "3600"])

    def stop(self) -> None:
        _end(self.process, signal.SIGINT)

    def stacks(self, watch: Watch, root: str, window: Optional[Tuple[float, float]] = None
               ) -> Iterator[SeenStack]:
        """`root`: where the container's files are, as its processes see them. `window`: begin and end
        by the monotonic clock."""
        command = [*_perf_inside(root, self._file), "--fields", "pid,ip,sym,dso", "--no-inline",
                   "--max-stack", "1024"]
        if window is not None:
            command += ["--time", f"{window[0]:.6f},{window[1]:.6f}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              errors="replace") as reader:
            assert reader.stdout is not None
            for pid, lines in _samples(reader.stdout):
                if any(SOFT_INTERRUPT.search(line) for line in lines):
                    continue
                places = [place for place in map(_perf_place, lines) if place != ("kernel", 0)]
                if pid in watch and places:
                    yield SeenStack(places, 1)


def _perf_inside(root: str, data: str) -> List[str]:
    """perf script among the container's files: it unwinds by the files that it finds under the paths
    that were mapped, and --symfs does not hold for that. The container is thrown away afterwards."""
    perf = shutil.which("perf") or "perf"
    folder = tempfile.mkdtemp(prefix="perf-", dir=os.path.join(root, "tmp"))
    for source in (perf, *image.libraries(perf)):
        shutil.copy(source, folder)
    shutil.copy(data, os.path.join(folder, "perf.data"))
    inside = os.path.join("/tmp", os.path.basename(folder))
    return ["chroot", root, f"{inside}/ld-linux-x86-64.so.2", "--library-path", inside, f"{inside}/perf",
            "script", "--force", "--input", f"{inside}/perf.data"]


def _samples(lines: Iterator[str]) -> Iterator[Tuple[int, List[str]]]:
    pid, frames = 0, []
    for line in lines:
        if line.startswith(("\t", "  ")) and line.strip() and not line.strip().isdigit():
            frames.append(line.strip())
        elif line.strip():
            pid, frames = int(line.split()[0].split("/")[0]), []
        elif frames:
            yield pid, frames
            frames = []


def _perf_place(line: str) -> Place:
    found = re.match(r"([0-9a-f]+) (.*) \((.*)\)$", line)
    if found is None:
        return None
    number, _, file = int(found.group(1), 16), found.group(2), found.group(3)
    if file.startswith("[kernel") or file.startswith("[guest") or number >> 63 or file.startswith("bpf_prog"):
        return "kernel", 0
    if file == "[unknown]":
        return None
    # perf tells offsets in files, and what it found in no file as [anon] or //anon.
    return (file, number) if file.startswith("/") and not file.startswith("//") else ("", number)


class Bpftrace:
    """ustack() of every sample of one cgroup."""

    def __init__(self, frequency: int, cgroup: str):
        program = (f"profile:hz:{frequency} /cgroup == {os.stat(cgroup).st_ino}/ "
                   "{ @[pid, ustack(perf, 127)] = count(); }")
        self.process = _start(["bpftrace", "-e", program], stdout=subprocess.PIPE,
                              env={**os.environ, "BPFTRACE_MAP_KEYS_MAX": "65536",
                                   "BPFTRACE_CACHE_USER_SYMBOLS": "1"})
        self._text = b""

    def stop(self) -> None:
        self._text = _end(self.process, signal.SIGINT)

    def stacks(self, watch: Watch) -> Iterator[SeenStack]:
        for pid, body, count in re.findall(r"^@\[(\d+), ?\n?(.*?)\n?\]: (\d+)$",
                                           self._text.decode(errors="replace"), re.MULTILINE | re.DOTALL):
            addresses = [int(line.split()[0], 16) for line in body.splitlines() if line.strip()]
            if int(pid) in watch and addresses:
                yield SeenStack([watch.place(int(pid), address) for address in addresses], int(count))


class LibbpfProfile:
    """profile of libbpf-tools. It prints names only, and has none for stripped programs: its maps are
    read before it is ended."""

    def __init__(self, frequency: int):
        self.process = _start([*profile_command(), "-F", str(frequency), "--stack-storage-size=16384",
                               "3600"])
        self._maps: Dict[str, Any] = {}

    def stop(self) -> None:
        for program in bpftool("prog", "show"):
            if program["type"] == "perf_event" and program["name"] == "do_perf_event":
                for number in program["map_ids"]:
                    name = bpftool("map", "show", "id", str(number))["name"]
                    if name in ("counts", "stackmap"):
                        self._maps[name] = bpftool("map", "dump", "id", str(number))
        _end(self.process, signal.SIGKILL)

    def stacks(self, watch: Watch) -> Iterator[SeenStack]:
        known = {_number(row["key"]): _addresses(row["value"]) for row in self._maps.get("stackmap", [])}
        for row in self._maps.get("counts", []):
            key, count = row["formatted"]["key"], row["formatted"]["value"]
            pid, stack = key["pid"], key["user_stack_id"]
            if pid not in watch or stack == -14:
                continue  # which says that there is no user stack
            places = [watch.place(pid, address) for address in known.get(stack, [])]
            yield SeenStack(places, count)


def profile_command() -> List[str]:
    """It was linked against newer libraries than this system's."""
    tools = program_image.libbpf_tools()
    return [os.path.join(tools, "usr/lib64/ld-linux-x86-64.so.2"), "--library-path",
            os.path.join(tools, "usr/lib/x86_64-linux-gnu"), os.path.join(tools, "usr/sbin/profile-libbpf")]


def bpftool(*arguments: str) -> Any:
    told = subprocess.run(["bpftool", "--json", *arguments], check=True, capture_output=True, text=True)
    return json.loads(told.stdout)


def missing_tools() -> List[str]:
    return [name for name in ("perf", "bpftrace", "bpftool", "mmdebstrap", "readelf")
            if shutil.which(name) is None]


def _number(octets: List[str]) -> int:
    return int.from_bytes(bytes(int(octet, 16) for octet in octets), "little")


def _addresses(octets: List[str]) -> List[int]:
    found = [_number(octets[at:at + 8]) for at in range(0, len(octets), 8)]
    return found[:found.index(0)] if 0 in found else found


def _start(command: List[str], **options: Any) -> subprocess.Popen:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            **{"stdout": subprocess.DEVNULL, **options})


def _end(process: subprocess.Popen, number: int) -> bytes:
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.communicate(timeout=END_SECONDS)[0] or b""
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0] or b""
