# SPDX-License-Identifier: Apache-2.0
"""What ELF files say of their code, read with binutils: an opinion that owes culprit nothing."""
import bisect
import os
import re
import struct
import subprocess
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

# Nobody called these: threads begin in them, or in what they call before anything else.
OUTERMOST = {"_start", "clone", "__clone", "clone3", "__clone3", "__clone_internal", "start_thread",
             "__libc_start_main", "__libc_start_main_impl", "__libc_start_call_main", "_dl_start_user"}
# crt1.o's _start, which stripped programs have no name for.
START_BYTES = 48


class Function(NamedTuple):
    start: int
    end: int
    name: str


class CodeFile:
    """Addresses are the file's own; `in_file` turns offsets in the file into them."""

    def __init__(self, path: str, name: str, debug_files: str):
        self.path, self.name = path, name
        self._debug_files = debug_files
        self.entry, self._segments = _read_header(path)
        self._functions: Optional[List[Function]] = None
        self._described: Optional[List[Function]] = None

    def in_file(self, offset: int) -> Optional[int]:
        for begin, address, size in self._segments:
            if begin <= offset < begin + size:
                return offset - begin + address
        return None

    def offset_of(self, address: int) -> int:
        for begin, start, size in self._segments:
            if start <= address < start + size:
                return address - start + begin
        raise ValueError(f"{self.path} has no {address:#x}")

    def function(self, address: int) -> str:
        """The name of the symbol, else the place where the unwind information's function begins."""
        found = _covering(self.functions, address)
        if found is None:
            if self._described is None:
                self._described = sorted(_described_functions(self.path, self.name))
            found = _covering(self._described, address)
        return found.name if found is not None else f"[{self.name}+{address:#x}]"

    def is_outermost(self, address: int) -> bool:
        found = _covering(self.functions, address)
        if found is not None and found.name in OUTERMOST:
            return True
        return bool(self.entry) and self.entry <= address < self.entry + START_BYTES

    @property
    def functions(self) -> List[Function]:
        if self._functions is None:
            found = set(_symbols(self.path))
            debug = _debug_file(self.path, self._debug_files)
            self._functions = _without_aliases(found.union(_symbols(debug) if debug else ()))
        return self._functions

    def aliases(self) -> Iterator[Tuple[str, str]]:
        """Every name with the one that `function` gives for its address."""
        debug = _debug_file(self.path, self._debug_files)
        for source in (self.path, debug):
            for symbol in _symbols(source) if source else ():
                yield symbol.name, self.function(symbol.start)


class CodeFiles:
    """The files of one container, each read once."""

    def __init__(self, root: str, debug_files: str):
        self._root, self._debug_files = root, debug_files
        self._files: Dict[str, Optional[CodeFile]] = {}

    def get(self, path: str) -> Optional[CodeFile]:
        if path not in self._files:
            try:
                self._files[path] = CodeFile(self._root + path, os.path.basename(path), self._debug_files)
            except (OSError, ValueError, struct.error):
                self._files[path] = None
        return self._files[path]

    def seen(self) -> List[CodeFile]:
        return [file for file in self._files.values() if file is not None]


def _covering(functions: List[Function], address: int) -> Optional[Function]:
    place = bisect.bisect_right(functions, address, key=lambda function: function.start) - 1
    if place >= 0 and functions[place].start <= address < functions[place].end:
        return functions[place]
    return None


def _without_aliases(functions: set) -> List[Function]:
    """One name for each address, always the same one."""
    first: Dict[int, Function] = {}
    for function in sorted(functions, key=lambda f: (f.start, f.name.startswith("_"), len(f.name), f.name)):
        known = first.setdefault(function.start, function)
        if function.name in OUTERMOST and known.name not in OUTERMOST:
            first[function.start] = function
    return sorted(first.values())


def _read_header(path: str) -> Tuple[int, List[Tuple[int, int, int]]]:
    """The entry point, and of each loaded segment offset, address, size."""
    with open(path, "rb") as file:
        header = file.read(64)
        if header[:5] != b"\x7fELF\x02":
            raise ValueError(f"{path}: not a 64-bit ELF file")
        entry, table = struct.unpack_from("<QQ", header, 24)
        size, count = struct.unpack_from("<HH", header, 54)
        file.seek(table)
        rows = file.read(size * count)
    segments = []
    for number in range(count):
        kind, _, offset, address, _, in_file = struct.unpack_from("<IIQQQQ", rows, number * size)
        if kind == 1:
            segments.append((offset, address, in_file))
    return entry, segments


def _symbols(path: str) -> Iterator[Function]:
    for table in ("--dyn-syms", "--syms"):
        listed = subprocess.run(["readelf", "--wide", table, path], check=False, capture_output=True,
                                text=True, errors="replace").stdout
        for line in listed.splitlines():
            fields = line.split()
            if len(fields) < 8 or fields[3] not in ("FUNC", "IFUNC") or fields[6] == "UND":
                continue
            start, size = int(fields[1], 16), int(fields[2], 0)
            if size > 0:
                yield Function(start, start + size, fields[7].split("@")[0])


def _described_functions(path: str, name: str) -> Iterator[Function]:
    with subprocess.Popen(["readelf", "--wide", "--debug-dump=frames", path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, errors="replace") as reader:
        assert reader.stdout is not None
        for line in reader.stdout:
            found = re.search(r" FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)", line)
            if found:
                start, end = int(found.group(1), 16), int(found.group(2), 16)
                yield Function(start, end, f"[{name}+{start:#x}]")


def _debug_file(path: str, folder: str) -> Optional[str]:
    notes = subprocess.run(["readelf", "--notes", path], check=False, capture_output=True, text=True).stdout
    found = re.search(r"Build ID: ([0-9a-f]{2})([0-9a-f]+)", notes)
    file = os.path.join(folder, found.group(1), found.group(2) + ".debug") if found else ""
    return file if os.path.exists(file) else None
