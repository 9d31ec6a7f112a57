# SPDX-License-Identifier: Apache-2.0
"""Does the suspected call ever return? What is said must have been observed."""
import json
import os
import re
import unittest
from typing import Any, Dict, List, Optional

import investigation
from workload import Scratch, Workload, victim


def evidence(finding: Optional[Dict[str, Any]], key: str) -> Optional[Dict[str, Any]]:
    for item in (finding or {}).get("evidence", []):
        if item["key"] == key:
            return item
    return None


def calls(mode: str) -> Workload:
    return Workload(mode, [victim("call_returns"), mode, "40"])


class TextReport:
    """The sentences are in the text report only."""

    seconds = 8
    text = ""

    @classmethod
    def options(cls, scratch: Scratch) -> List[str]:
        return ["--out", os.path.join(scratch.name, "report")]

    @classmethod
    def look_at_files(cls, scratch: Scratch) -> None:
        with open(os.path.join(scratch.name, "report", "report.txt"), encoding="utf-8") as report:
            cls.text = " ".join(report.read().split())


class Handler(TextReport, investigation.InvestigationCase):
    """The request handler that never returns."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"backend": Workload("backend", [victim("endless_loop"), "40"])}

    def test_the_loop_was_watched_not_to_return(self) -> None:
        finding = self.assert_blamed(self.names["backend"], "runaway_loop", "normalize_tags")
        watched = evidence(finding, "not_returned_s")
        self.assertIsNotNone(watched, finding)
        assert watched is not None
        self.assertIn("normalize_tags has not returned for", self.text)
        self.assertGreater(watched["value"], 3)
        # Watching began after a second and a half: more was not observed.
        self.assertLess(watched["value"], self.seconds - 1.5)
        self.assertEqual(finding["where"]["function"], "normalize_tags")

    def test_the_audit_log_tells_of_the_watchpoints(self) -> None:
        with open("/var/log/culprit-audit.log", encoding="utf-8") as log:
            end = json.loads(log.readlines()[-1])
        self.assertEqual(end["event"], "end")
        watched = re.findall(r"watchpoints on thread (\d+)", " ".join(end["hooks"]))
        finding = self.assert_blamed(self.names["backend"], "runaway_loop", "normalize_tags")
        self.assertIn(str(finding["processes"][0]["tid"]), watched, end)


class TwoCalls(TextReport, investigation.InvestigationCase):
    """At the same depth: a call that loops, and a call that is made again and again."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {mode: calls(mode) for mode in ("never", "repeated")}

    def test_the_home_is_the_call_whose_callee_returns(self) -> None:
        self.assertRegex(self.text, r"\bstuck has not returned for \d")

    def test_what_returns_is_not_said_to_loop(self) -> None:
        self.assertRegex(self.text, r"\bdo_the_same_again has not returned for \d")

    def test_not_returning_alone_blames_nobody(self) -> None:
        for mode in self.names:
            self.assert_not_blamed(self.names[mode])
            for finding in self.report.findings(self.names[mode]):
                if finding["role"] != "contributing":
                    self.assertLess(finding["confidence"], 0.5, finding)


class Tricks(TextReport, investigation.InvestigationCase):
    """Return addresses that are met without a return, and calls that end without one."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {mode: calls(mode) for mode in ("recursion", "jump")}

    def test_inner_calls_of_a_recursion_are_no_return(self) -> None:
        self.assertRegex(self.text, r"\bendless_climb has not returned for \d")
        self.assertNotRegex(self.text, r"\bclimb (has not )?returned")

    def test_what_was_jumped_out_of_neither_returned_nor_goes_on(self) -> None:
        self.assertNotRegex(self.text, r"\bjumper (has not )?returned")


if __name__ == "__main__":
    unittest.main()
