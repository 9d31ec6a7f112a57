# SPDX-License-Identifier: Apache-2.0
"""What the measurements need of Debian's archive, fetched once into build/bench by the apt of this
machine: an image of stock programs, a peer that this Debian lacks, names of the C library's functions."""
import os
import shutil
import subprocess
from typing import Sequence

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "build", "bench")
SUITE = "bookworm"
# The first Debian whose libbpf-tools have a profiler.
PEER_SUITE = "trixie"
PACKAGES = ("python3", "redis-server", "redis-tools", "mariadb-server", "mariadb-client", "nginx-light",
            "apache2-utils", "openssl", "xz-utils", "gcc", "libc6-dev", "perl", "sqlite3", "ruby", "php-cli",
            "nodejs", "openjdk-17-jdk-headless")
FETCH_SECONDS = 900


def program_archive() -> str:
    """A tar archive of a Debian with all the programs."""
    archive = os.path.join(FOLDER, "programs.tar")
    if not os.path.exists(archive):
        _fetch(archive, SUITE, "minbase", PACKAGES)
    return archive


def libbpf_tools() -> str:
    """A folder with the tools and the libraries that they need."""
    return _extracted("peers", PEER_SUITE, "libbpf-tools")


def debug_files() -> str:
    """A folder of debug information by build id: the C library's, which the image does not have."""
    return os.path.join(_extracted("debug", SUITE, "libc6-dbg"), "usr/lib/debug/.build-id")


def _extracted(name: str, suite: str, package: str) -> str:
    folder = os.path.join(FOLDER, name)
    if not os.path.isdir(folder):
        _fetch(folder, suite, "extract", (package,))
    return folder


def _fetch(target: str, suite: str, variant: str, packages: Sequence[str]) -> None:
    os.makedirs(FOLDER, exist_ok=True)
    # Under a name of its own until it is whole. The ending tells the format.
    part = os.path.join(FOLDER, "part-" + os.path.basename(target))
    shutil.rmtree(part, ignore_errors=True)
    command = ["mmdebstrap", "--mode=root", "--quiet", f"--variant={variant}",
               f"--include={','.join(packages)}", suite, part, f"deb {_archive_site()} {suite} main"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=FETCH_SECONDS)
    os.rename(part, target)


def _archive_site() -> str:
    """The archive that this machine's apt is set up with has the other suites too."""
    told = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE) $(LABEL) $(COMPONENT)"],
                          check=True, capture_output=True, text=True).stdout
    for line in told.splitlines():
        site, *rest = line.split()
        if rest == ["Debian", "main"]:
            return site
    raise SystemExit("tools/bench: apt knows no Debian archive")
