# SPDX-License-Identifier: Apache-2.0
"""Log floods by every way of writing; the path, and the function where frame pointers reach it."""
import unittest
from typing import Dict

import investigation
from workload import Scratch, Workload, python_victim, victim


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
