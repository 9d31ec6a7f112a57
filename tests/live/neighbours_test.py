# SPDX-License-Identifier: Apache-2.0
"""A quick server under load is nobody's culprit, with or without a loop beside it."""
import contextlib
import unittest
from typing import Dict

import culprit
import investigation
from workload import Scratch, Workload, victim

PORT = "18080"


class BusyServer(investigation.InvestigationCase):
    """A server at its limit, its visitors in a cgroup of their own, and a polite client."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        command = victim("busy_server")
        return {"shop": Workload("shop", [command, "serve", "40", PORT]),
                "visitors": Workload("visitors", [command, "load", "40", PORT]),
                "patient": Workload("patient", [victim("slow_retry"), "40"])}

    def test_nobody_is_blamed(self) -> None:
        for name in self.names.values():
            self.assert_not_blamed(name)

    def test_the_verdict_is_no_culprit(self) -> None:
        verdict = self.report.data["verdict"]
        blamed = [f for f in self.report.data["findings"]
                  if f["id"] == verdict.get("finding_id") and f["kind"] not in culprit.HONEST_KINDS]
        self.assertEqual(blamed, [], verdict)

    def test_its_hottest_function_is_told_all_the_same(self) -> None:
        container = self.report.container(self.names["shop"])
        self.assertIsNotNone(container, self.report.told(self.names["shop"]))
        self.assertIn("render_page", str(container["top_functions"]), container)

    def test_says_what_was_ruled_out(self) -> None:
        self.assertTrue(self.report.data["ruled_out"])


class FailOn(unittest.TestCase):
    """--fail-on turns a finding into an exit code, and only that finding."""

    def test_matches_the_kinds_it_names(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(Workload("storm", [victim("retry_refused"), "tcp4", "40"]))
            for kinds, code in (("retry_storm", culprit.EXIT_MATCHED),
                                ("log_flood,request_storm", culprit.EXIT_OK)):
                done = culprit.run("--duration", "5s", "--fail-on", kinds, "--fail-confidence", "0.5")
                self.assertEqual(done.code, code, done)


if __name__ == "__main__":
    unittest.main()
