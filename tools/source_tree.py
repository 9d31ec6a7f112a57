# SPDX-License-Identifier: Apache-2.0
"""The files of this project as the checks see them: what is written by hand, wherever git is or is not."""
import os
import re
from typing import Iterator, List

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NOT_OURS = {".git", ".cache", "__pycache__", "build", "out"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def files(under: str = "") -> Iterator[str]:
    """Paths relative to the root, sorted, so that two runs report in the same order."""
    for folder, folders, names in os.walk(os.path.join(ROOT, under)):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        for name in sorted(set(names) - NOT_OURS):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield os.path.relpath(path, ROOT)


def read(path: str) -> str:
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def is_cxx(path: str) -> bool:
    return path.endswith((".h", ".cpp", ".c"))


def includes(text: str) -> List[str]:
    """The names between quotes or brackets, in order."""
    return [name for _, name in INCLUDE.findall(text)]
