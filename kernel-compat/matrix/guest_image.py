# SPDX-License-Identifier: Apache-2.0
"""The file system in memory that the matrix boots: the binary that ships, the victims, the live tests
and a Python to run them."""
import os
import shutil
import subprocess
import sysconfig
from typing import Iterable, List

_HERE = os.path.dirname(os.path.abspath(__file__))
# Big parts of Python's library that no test imports.
_LEFT_OUT = ("test", "tests", "idlelib", "lib2to3", "tkinter", "turtledemo", "ensurepip", "distutils",
             "pydoc_data", "config-*", "*.a", "site-packages", "dist-packages")
_FOLDERS = ("proc", "sys", "dev", "tmp", "run", "etc", "bin", "var/log", "root")


class GuestImage:
    """A tree that becomes an initramfs."""

    def __init__(self, tree: str):
        self._tree = tree
        shutil.rmtree(tree, ignore_errors=True)
        for folder in _FOLDERS:
            os.makedirs(self._inside(folder))

    def _inside(self, path: str) -> str:
        return os.path.join(self._tree, path.lstrip("/"))

    def add(self, source: str, target: str) -> None:
        path = self._inside(target)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(source, path)

    def add_folder(self, source: str, target: str, left_out: Iterable[str] = ()) -> None:
        shutil.copytree(source, self._inside(target), symlinks=False, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("__pycache__", *left_out))

    def add_program(self, source: str, target: str) -> None:
        self.add(source, target)
        for library in _libraries(source):
            if not os.path.exists(self._inside(library)):
                self.add(library, library)

    def write(self, target: str, text: str) -> None:
        with open(self._inside(target), "w", encoding="utf-8") as file:
            file.write(text)

    def pack(self, archive: str) -> None:
        """Not compressed: the emulated machine would spend its first seconds on that."""
        with open(archive, "wb") as out:
            names = subprocess.Popen(["find", ".", "-print0"], cwd=self._tree, stdout=subprocess.PIPE)
            subprocess.run(["cpio", "--null", "--create", "--format=newc", "--owner=+0:+0", "--quiet"],
                           cwd=self._tree, stdin=names.stdout, stdout=out, check=True)
            if names.wait() != 0:
                raise RuntimeError("cannot list the guest's files")


def _libraries(program: str) -> List[str]:
    """The shared libraries of a program, its loader included; none of a static one."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True)
    found = []
    for line in done.stdout.splitlines():
        words = line.replace("=>", " ").split()
        # "name => path (address)", or "path (address)"; of some programs the first line names them.
        found += [word for word in words if word.startswith("/") and not word.endswith(":")][:1]
    return found


def _add_python(image: GuestImage) -> None:
    interpreter = "/usr/bin/python3"
    library = sysconfig.get_path("stdlib", vars={"base": "/usr", "installed_base": "/usr"})
    image.add_program(os.path.realpath(interpreter), interpreter)
    image.add_folder(library, library, _LEFT_OUT)
    extensions = os.path.join(library, "lib-dynload")
    for name in os.listdir(extensions):
        for needed in _libraries(os.path.join(extensions, name)):
            image.add(needed, needed)


def build_image(binary: str, workloads: str, source: str, folder: str) -> str:
    """Returns the path of the initramfs."""
    image = GuestImage(os.path.join(folder, "guest"))
    image.add("/bin/busybox", "/bin/busybox")
    _add_python(image)
    image.add_program("/usr/bin/setpriv", "/bin/setpriv")
    image.add(binary, "/culprit")
    for name in os.listdir(workloads):
        path = os.path.join(workloads, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            image.add_program(path, f"/victims/{name}")
    for part in ("live", "support"):
        image.add_folder(os.path.join(source, "tests", part), f"/tests/{part}")
    image.add(os.path.join(_HERE, "guest", "init"), "/init")
    image.add(os.path.join(_HERE, "guest", "run_tests.py"), "/tests/run_tests.py")
    image.add(os.path.join(_HERE, "guest", "limited_culprit"), "/limited_culprit")
    image.write("etc/passwd", "root:x:0:0::/:/bin/sh\nwatcher:x:1000:1000::/:/bin/sh\n")
    image.write("etc/hosts", "127.0.0.1 localhost\n")
    archive = os.path.join(folder, "guest.cpio")
    image.pack(archive)
    return archive
