#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Joins source files into batches that a compiler reads as one, so that the headers they share are
parsed once. Files with a private name in common must not meet in one batch.

source_batches.py LINES FILE ...: prints "NUMBER FILE" for each file that shares its batch, which has
at most that many lines.
"""
import re
import sys
from typing import List, NamedTuple, Set

PRIVATE_PART = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
# What a line that is not indented declares: the last name before its arguments or its value. A
# using-declaration may be repeated, an alias may not.
DECLARED = re.compile(r"^(?![}#/ ]|using (?!\w+ =))[^(={\[;\n]*?(\w+)\s*(?:[(={\[;]|$)", re.MULTILINE)
STATIC = re.compile(r"^static [^(={\[;]*?(\w+)\s*[(={\[;]", re.MULTILINE)
MACRO = re.compile(r"^#define (\w+)", re.MULTILINE)
# MATCHER_P(Name, ...) declares its first argument; TEST(Suite, Name) both together.
GENERATED = re.compile(r"^[A-Z_]+\((\w+)", re.MULTILINE)


class SourceFile(NamedTuple):
    path: str
    text: str
    # Only files that are compiled alike meet in one batch.
    command: str


class Batch(NamedTuple):
    files: List[SourceFile]
    names: Set[str]
    command: str

    def lines(self) -> int:
        return sum(file.text.count("\n") for file in self.files)


def private_names(text: str) -> Set[str]:
    """Names that only this file knows; rather too many than too few."""
    names = set(STATIC.findall(text)) | set(MACRO.findall(text)) | set(GENERATED.findall(text))
    for part in PRIVATE_PART.findall(text):
        names.update(name for name in DECLARED.findall(part) if not name.isupper())
    return names


def batches_of(files: List[SourceFile], most_lines: int) -> List[Batch]:
    """Each file goes into the first batch that has room for it and none of its private names."""
    batches: List[Batch] = []
    for file in sorted(files, key=lambda file: (file.command, file.path)):
        names = private_names(file.text)
        for batch in batches:
            if batch.command == file.command and batch.names.isdisjoint(names) and \
                    batch.lines() + file.text.count("\n") <= most_lines:
                batch.files.append(file)
                batch.names.update(names)
                break
        else:
            batches.append(Batch([file], names, file.command))
    return batches


def main(arguments: List[str]) -> int:
    if len(arguments) < 2 or not arguments[0].isdecimal():
        print(__doc__, file=sys.stderr)
        return 2
    files = []
    for path in arguments[1:]:
        with open(path, encoding="utf-8") as file:
            files.append(SourceFile(path, file.read(), ""))
    for number, batch in enumerate(batches_of(files, int(arguments[0]))):
        if len(batch.files) > 1:
            print("\n".join(f"{number} {file.path}" for file in batch.files))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
