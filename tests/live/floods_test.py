# SPDX-License-Identifier: Apache-2.0
"""Log floods by every way of writing; the path, and the function where frame pointers reach it."""
import shlex
import sys
import unittest
from typing import Dict, List

import investigation
from workload import Scratch, Workload, python_victim, victim


def appending(path: str, *command: str) -> List[str]:
    """The command with its standard output appended to a file, for half a minute at most."""
    quoted = " ".join(map(shlex.quote, command))
    return ["sh", "-c", f"exec timeout 30 {quoted} >> {shlex.quote(path)}"]


class PlainAndGatheredWrites(investigation.InvestigationCase):
    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        command = victim("log_flood")
        return {"plain": Workload("plain", [command, "write", "30", scratch.path("plain.log")]),
                "gathered": Workload("gathered",
                                     [command, "writev", "30", scratch.path("gathered.log")])}

    def test_names_the_file_that_is_written_plainly(self) -> None:
        self.assert_blamed(self.names["plain"], "log_flood", "log_every_item",
                           kind="file", path=f"{self.scratch}/plain.log")
        self.assert_only(self.names["plain"], "log_flood")

    def test_names_the_file_that_is_written_by_writev(self) -> None:
        self.assert_blamed(self.names["gathered"], "log_flood", "log_every_item",
                           kind="file", path=f"{self.scratch}/gathered.log")


class Libraries(investigation.InvestigationCase):
    """Through stdio and through Python's logging: libraries without frame pointers in between."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {
            "stdio": Workload("stdio",
                              [victim("log_flood"), "stdio", "30", scratch.path("stdio.log")]),
            "python": Workload("python",
                               python_victim("log_flood.py", "30", scratch.path("python.log")))}

    def test_names_the_file_that_is_written_by_stdio(self) -> None:
        self.assert_blamed(self.names["stdio"], "log_flood",
                           kind="file", path=f"{self.scratch}/stdio.log")

    def test_names_the_file_that_python_logs_to(self) -> None:
        self.assert_blamed(self.names["python"], "log_flood",
                           kind="file", path=f"{self.scratch}/python.log")


class BlocksAndPieces(investigation.InvestigationCase):
    """Hardly a write ends a line: stdio's blocks, and the pieces that Python prints."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        program = ("n = 0\nwhile True:\n    n += 1\n"
                   "    print('2026-01-01T00:00:00Z ERROR no connection, attempt', n)")
        return {
            "blocks": Workload("blocks",
                               [victim("log_flood"), "blocks", "30", scratch.path("blocks.log")]),
            "pieces": Workload("pieces", appending(scratch.path("pieces.log"), sys.executable,
                                                   "-u", "-c", program), announces=False)}

    def test_names_the_file_that_is_written_in_blocks(self) -> None:
        self.assert_blamed(self.names["blocks"], "log_flood",
                           kind="file", path=f"{self.scratch}/blocks.log")

    def test_names_the_file_that_is_written_in_pieces(self) -> None:
        self.assert_blamed(self.names["pieces"], "log_flood",
                           kind="file", path=f"{self.scratch}/pieces.log")


class ShellAnd32Bit(investigation.InvestigationCase):
    """A script that opens its log anew for each line, and a program of another architecture."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        script = f"while :; do echo 'ERROR no connection' >> {scratch.path('shell.log')}; done"
        return {
            "shell": Workload("shell", ["timeout", "30", "sh", "-c", script], announces=False),
            "old": Workload("old", [victim("log_flood_32")], cwd=scratch.name)}

    def test_names_the_file_that_a_script_writes_line_by_line(self) -> None:
        self.assert_blamed(self.names["shell"], "log_flood",
                           kind="file", path=f"{self.scratch}/shell.log")

    def test_names_the_file_of_the_32_bit_program(self) -> None:
        self.assert_blamed(self.names["old"], "log_flood",
                           kind="file", path=f"{self.scratch}/log_flood_32.log")


class Filters(investigation.InvestigationCase):
    """Text that is made of text is no log, even if it is appended to a file; nor is an archive."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        upper, packed = scratch.path("upper.txt"), scratch.path("packed.tar.gz")
        texts = "cat /usr/lib/python3*/*.py /usr/include/*.h 2> /dev/null"
        return {
            "filter": Workload("filter", [
                "timeout", "30", "sh", "-c",
                f"while :; do {texts} | tr a-z A-Z >> {upper}; : > {upper}; done"],
                announces=False),
            "archive": Workload("archive", [
                "timeout", "30", "sh", "-c",
                f"while :; do {texts} | gzip -1 >> {packed}; : > {packed}; done"],
                announces=False)}

    def test_a_filter_of_text_floods_no_log(self) -> None:
        self.assertIsNone(self.report.finding(self.names["filter"], "log_flood"),
                          self.report.told(self.names["filter"]))

    def test_an_archive_is_no_log(self) -> None:
        self.assertIsNone(self.report.finding(self.names["archive"], "log_flood"),
                          self.report.told(self.names["archive"]))


class SystemLog(investigation.InvestigationCase):
    """And standard output into a pipe that some program reads, which is no log but a pipeline."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"piped": Workload("piped", [victim("log_flood"), "stdout", "30"]),
                "syslog": Workload("syslog", [victim("log_flood"), "syslog", "30"])}

    def test_a_pipeline_is_no_log(self) -> None:
        self.assert_not_blamed(self.names["piped"])

    def test_names_the_system_log(self) -> None:
        self.assert_blamed(self.names["syslog"], "log_flood", kind="syslog", path="/dev/log")


if __name__ == "__main__":
    unittest.main()
