# SPDX-License-Identifier: Apache-2.0
"""Does the suspected call ever return? What is said must have been observed."""
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


class Handler(investigation.InvestigationCase):
    """The request handler that never returns."""

    seconds = 8

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"backend": Workload("backend", [victim("endless_loop"), "40"])}

    def test_the_loop_was_watched_not_to_return(self) -> None:
        finding = self.assert_blamed(self.names["backend"], "runaway_loop", "normalize_tags")
        watched = evidence(finding, "not_returned_s")
        self.assertIsNotNone(watched, finding)
        assert watched is not None
        self.assertIn("normalize_tags has not returned for", finding["proof"])
        self.assertGreater(watched["value"], 3)
        # Watching began after a second and a half: more was not observed.
        self.assertLess(watched["value"], self.seconds - 1.5)
        self.assertEqual(finding["where"]["function"], "normalize_tags")


class TwoCalls(investigation.InvestigationCase):
    """At the same depth: a call that loops, and a call that is made again and again."""

    seconds = 8

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {mode: calls(mode) for mode in ("never", "repeated")}

    def proof_of(self, mode: str) -> str:
        name = self.names[mode]
        found = [finding["proof"] for finding in self.report.findings(name)
                 if evidence(finding, "not_returned_s") is not None]
        self.assertTrue(found, self.report.told(name))
        return found[0]

    def test_the_home_is_the_call_whose_callee_returns(self) -> None:
        self.assertRegex(self.proof_of("never"), r"\bstuck has not returned for \d")

    def test_what_returns_is_not_said_to_loop(self) -> None:
        self.assertRegex(self.proof_of("repeated"), r"\bdo_the_same_again has not returned for \d")

    def test_not_returning_alone_blames_nobody(self) -> None:
        for mode in self.names:
            self.assert_not_blamed(self.names[mode])
            for finding in self.report.findings(self.names[mode]):
                if finding["role"] != "contributing":
                    self.assertLess(finding["confidence"], 0.5, finding)


class Tricks(investigation.InvestigationCase):
    """Return addresses that are met without a return, and calls that end without one."""

    seconds = 8

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {mode: calls(mode) for mode in ("recursion", "jump")}

    def proofs(self, mode: str) -> List[str]:
        return [finding["proof"] for finding in self.report.findings(self.names[mode])
                if finding.get("proof")]

    def test_inner_calls_of_a_recursion_are_no_return(self) -> None:
        told = " ".join(self.proofs("recursion"))
        self.assertRegex(told, r"\bendless_climb has not returned for \d", self.report.told(
            self.names["recursion"]))
        self.assertNotRegex(told, r"\bclimb (has not )?returned")

    def test_what_was_jumped_out_of_neither_returned_nor_goes_on(self) -> None:
        told = " ".join(self.proofs("jump"))
        self.assertNotRegex(told, r"\bjumper (has not )?returned")


if __name__ == "__main__":
    unittest.main()
