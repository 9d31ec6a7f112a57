# SPDX-License-Identifier: Apache-2.0
"""A container image with the victims, the libraries they need, and a shell."""
import os
import re
import shutil
import subprocess
import tarfile
from typing import Iterable, List, Set

from workload import victim

NATIVE_VICTIMS = ("endless_loop", "busy_poll", "accept_emfile", "retry_refused", "slow_retry",
                  "request_storm", "log_flood", "long_query", "busy_server", "burn_cpu")


def libraries(program: str) -> Set[str]:
    """Everything that the dynamic linker would load, itself included."""
    listed = subprocess.run(["ldd", program], check=False, capture_output=True, text=True).stdout
    return set(re.findall(r"(/\S+)\s+\(0x", listed))


def _inner(path: str) -> str:
    """/lib and /lib64 are links into /usr: files keep the place at which they are asked for."""
    return path.lstrip("/")


def build_archive(path: str, programs: Iterable[str] = ()) -> None:
    """Writes a tar archive of a root: /app holds the victims, other programs keep their path."""
    files = {victim(name): f"app/{name}" for name in NATIVE_VICTIMS}
    files[victim("fork_storm.sh")] = "app/fork_storm.sh"
    for program in ["/bin/sh", "/bin/true", "/bin/date", "/bin/sleep", *programs]:
        files[os.path.realpath(program)] = _inner(program)
    for source in list(files):
        for library in libraries(source):
            files[os.path.realpath(library)] = _inner(library)
    with tarfile.open(path, "w") as archive:
        for folder in ("tmp", "proc", "sys", "dev", "etc", "var", "run"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            archive.addfile(entry)
        for source, inner in sorted(files.items(), key=lambda item: item[1]):
            archive.add(source, inner, recursive=False)


def program_path(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise AssertionError(f"{name} is not installed")
    return found


def app(name: str, *arguments: str) -> List[str]:
    """The command line of a victim inside the image."""
    return [f"/app/{name}", *arguments]
