#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What other people's programs read in our formats: viewers_test.py GOLDEN-WRITER.

go tool pprof for pprof; protoc, which knows no name of ours, for OTLP; the shape that Firefox's profiler
documents for its JSON. All must have the samples of the folded stacks.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

WRITER = sys.argv.pop(1) if len(sys.argv) > 1 else ""
FOLDER = tempfile.TemporaryDirectory(prefix="culprit-viewers-")
NANOSECONDS = 10_101_010  # of a sample at 99 Hz, as all golden reports have it


def path(name: str) -> str:
    return os.path.join(FOLDER.name, name)


def folded(name: str) -> dict:
    with open(path(name + ".folded"), encoding="utf-8") as file:
        return dict((line.rsplit(" ", 1)[0], int(line.rsplit(" ", 1)[1])) for line in file)


def reports() -> list:
    return sorted(file[: -len(".pprof")] for file in os.listdir(FOLDER.name) if file.endswith(".pprof"))


def pprof(name: str, *options: str) -> str:
    environment = dict(os.environ, HOME=FOLDER.name, PPROF_TMPDIR=FOLDER.name)
    return subprocess.run(["go", "tool", "pprof", *options, path(name + ".pprof")], check=True, text=True,
                          capture_output=True, env=environment).stdout


def raw(data: bytes) -> list:
    """The fields of a message: (number, value), by protoc and not by what wrote it."""
    text = subprocess.run(["protoc", "--decode_raw"], input=data, check=True, capture_output=True).stdout
    stack = [[]]
    for line in text.decode("latin-1").splitlines():
        line = line.strip()
        if line.endswith("{"):
            stack.append([int(line[:-1])])
        elif line == "}":
            number, *fields = stack.pop()
            stack[-1].append((number, fields))
        else:
            number, value = line.split(": ", 1)
            stack[-1].append((int(number), value))
    return stack[0]


def all_of(fields: list, *numbers: int) -> list:
    for number in numbers:
        fields = [value for parent in ([fields] if isinstance(fields, list) and (
            not fields or isinstance(fields[0], tuple)) else fields) for key, value in parent if key == number]
    return fields


def varints(text: str) -> list:
    """Numbers that stand packed in what protoc takes for a string."""
    data = bytes(text[1:-1], "latin-1").decode("unicode_escape").encode("latin-1")
    numbers, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value = shift = 0
    return numbers


class Viewers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([WRITER, FOLDER.name], check=True)

    def test_pprof_has_the_totals_of_the_report(self):
        for name in reports():
            total = sum(folded(name).values())
            if total == 0:
                continue
            with self.subTest(name):
                top = pprof(name, "-top", "-sample_index=samples")
                self.assertRegex(top, rf"Total samples = {total}\b")
                self.assertIn("100% of", pprof(name, "-tree", "-nodefraction=0", "-edgefraction=0"))

    def test_pprof_tells_containers_apart_by_label(self):
        tags = pprof("looping_backend", "-tags", "-sample_index=samples")
        for container in ("backend-2", "worker-1", "mysql"):
            own = sum(count for line, count in folded("looping_backend").items()
                      if line.startswith(container + ";"))
            self.assertRegex(tags, rf"\b{own}(\.0)? \([ \d.]+%\): {container}\b")
        self.assertIn("handle_request", pprof("looping_backend", "-peek", "normalize_tags"))

    def test_otlp_decodes_by_the_published_numbers(self):
        for name in reports():
            with self.subTest(name), open(path(name + ".otlp"), "rb") as file:
                message = raw(file.read())
                (dictionary,) = all_of(message, 2)
                stacks = [field for field in dictionary if field[0] == 7]
                nanoseconds = 0
                for sample in all_of(message, 1, 2, 2, 2):
                    fields = dict(sample)
                    self.assertLess(int(fields.get(1, 0)), len(stacks))
                    nanoseconds += sum(varints(fields[4]))
                self.assertEqual(nanoseconds, sum(folded(name).values()) * NANOSECONDS)

    def test_firefox_has_the_documented_shape(self):
        for name in reports():
            with self.subTest(name), open(path(name + ".firefox"), encoding="utf-8") as file:
                profile = json.load(file)
                self.assertEqual(profile["meta"]["preprocessedProfileVersion"], 70)
                self.assertEqual(profile["meta"]["categories"][0]["color"], "grey")
                shared = profile["shared"]
                for table, columns in shared.items():
                    if table != "stringArray":
                        for column in columns.values():
                            self.assertTrue(isinstance(column, int) or len(column) == columns["length"], table)
                for row, distance in enumerate(shared["stackTable"]["prefixOffset"]):
                    self.assertLessEqual(distance, row)
                self.assertTrue(all(frame < shared["frameTable"]["length"] for frame in shared["stackTable"]["frame"]))
                self.assertTrue(all(text < len(shared["stringArray"]) for text in shared["funcTable"]["name"]))
                weights = sum(sum(thread["samples"]["weight"]) for thread in profile["threads"])
                self.assertEqual(weights, sum(folded(name).values()))


if __name__ == "__main__":
    unittest.main()
