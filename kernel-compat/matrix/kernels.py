# SPDX-License-Identifier: Apache-2.0
"""Debian's kernels, from the mirror that the machine's own apt uses, kept in a folder of the build.

apt itself checks what it downloads against the archive's signature; what is kept is checked against
the hash that was written down then."""
import hashlib
import os
import re
import shutil
import subprocess
from typing import List, NamedTuple

SUITES = {"5.10": "bullseye", "6.1": "bookworm", "6.12": "trixie", "newest": "forky"}
_IMAGE_HASH = "vmlinuz.sha256"


class Kernel(NamedTuple):
    line: str     # "5.10"
    release: str  # "5.10.0-39-cloud-amd64"
    image: str    # the file to boot


def _mirror() -> str:
    """Where this machine's apt finds Debian itself."""
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(CODENAME)", "Created-By: Packages"],
        check=True, capture_output=True, text=True)
    for line in answer.stdout.splitlines():
        uri, _, rest = line.partition(" ")
        if rest.startswith("Debian ") and "security" not in uri:
            return uri.rstrip("/")
    raise RuntimeError("apt of this machine knows no Debian archive; type: apt-get update")


class _PrivateApt:
    """apt with one suite of its own, which leaves the machine's apt alone."""

    def __init__(self, folder: str, suite: str):
        self._folder = folder
        for name in ("lists/partial", "archives/partial", "none"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        self._write("status", "")
        self._write("sources.list",
                    f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {_mirror()} {suite} main\n")

    def _write(self, name: str, text: str) -> None:
        with open(os.path.join(self._folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def run(self, program: str, *arguments: str) -> str:
        options = {"Dir::State::lists": "lists", "Dir::State::status": "status", "Dir::Cache": "archives",
                   "Dir::Etc::sourcelist": "sources.list", "Dir::Etc::sourceparts": "none",
                   "Dir::Etc::preferencesparts": "none"}
        command = [program, "-qq"]
        for key, value in options.items():
            command += ["-o", f"{key}={os.path.join(self._folder, value)}"]
        command += ["-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none"]
        done = subprocess.run(command + list(arguments), cwd=self._folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def depends(self, package: str) -> List[str]:
        shown = self.run("apt-cache", "show", "--no-all-versions", package)
        found = re.findall(r"^(?:Pre-)?Depends: (.*)$", shown, re.MULTILINE)
        return [part.split()[0] for line in found for part in line.split(",")]


def _only(folder: str, pattern: str) -> str:
    names = [name for name in os.listdir(folder) if re.fullmatch(pattern, name)]
    return os.path.join(folder, names[0]) if len(names) == 1 else ""


def _hash_of(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def _image_below(tree: str) -> str:
    """In /boot, or since forky below /usr/lib."""
    for place, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(place, name)
            if name.startswith("vmlinuz") and not os.path.islink(path):
                return path
    return ""


def _unpack_image(apt: _PrivateApt, package: str, folder: str) -> bool:
    """The boot image out of one package; False when it holds none."""
    apt.run("apt-get", "download", package)
    archive = _only(folder, re.escape(package) + r"_.*\.deb")
    tree = os.path.join(folder, "tree")
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "--extract", archive, tree], check=True)
    os.unlink(archive)
    image = _image_below(tree)
    if image:
        release = re.sub(r"^linux-(image|binary)-", "", package)
        shutil.move(image, os.path.join(folder, f"vmlinuz-{release}"))
    shutil.rmtree(tree)
    return bool(image)


def _fetch(suite: str, folder: str) -> None:
    apt = _PrivateApt(folder, suite)
    apt.run("apt-get", "update")
    packages = [name for name in apt.depends("linux-image-cloud-amd64") if name.startswith("linux-image-")]
    # Since forky the image lies in a package of its own, which the former depends on.
    while packages:
        package = packages.pop(0)
        if _unpack_image(apt, package, folder):
            break
        packages += [name for name in apt.depends(package) if name.startswith("linux-binary-")]
    image = _only(folder, r"vmlinuz-.*")
    if not image:
        raise RuntimeError(f"no kernel image was found in {suite}")
    with open(os.path.join(folder, _IMAGE_HASH), "w", encoding="ascii") as file:
        file.write(_hash_of(image))
    for name in ("lists", "archives"):
        shutil.rmtree(os.path.join(folder, name))


def kernel_of(line: str, cache: str) -> Kernel:
    """The kernel of that line, downloaded when it is not kept yet or not what was kept."""
    folder = os.path.join(cache, SUITES[line])
    image = _only(folder, r"vmlinuz-.*") if os.path.isdir(folder) else ""
    record = os.path.join(folder, _IMAGE_HASH)
    known = ""
    if image and os.path.exists(record):
        with open(record, encoding="ascii") as file:
            known = file.read()
    if not known or known != _hash_of(image):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        _fetch(SUITES[line], folder)
        image = _only(folder, r"vmlinuz-.*")
    return Kernel(line, os.path.basename(image)[len("vmlinuz-"):], image)
