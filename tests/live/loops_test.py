# SPDX-License-Identifier: Apache-2.0
"""Loops, polls and their look-alikes: what is blamed, where, and who is left alone."""
import unittest
from typing import Dict

import investigation
from workload import Scratch, Workload, victim


class EndlessLoop(investigation.InvestigationCase):
    """A request handler that never returns, beside a client that retries once a second."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"backend": Workload("backend", [victim("endless_loop"), "30"]),
                "patient": Workload("patient", [victim("slow_retry"), "30"])}

    def test_names_the_loop_and_its_function(self) -> None:
        finding = self.assert_blamed(self.names["backend"], "runaway_loop", "normalize_tags")
        self.assertEqual(finding["where"]["function"], "normalize_tags")
        self.assertGreater(finding["confidence"], 0.5, finding["confidence_reasons"])

    def test_is_the_verdict(self) -> None:
        verdict = self.report.data["verdict"]
        finding = self.report.finding(self.names["backend"], "runaway_loop")
        self.assertEqual(verdict["result"], "culprit", verdict)
        self.assertEqual(verdict["finding_id"], finding["id"] if finding else None)

    def test_sees_the_clients_that_wait_unaccepted(self) -> None:
        finding = self.assert_blamed(self.names["backend"], "runaway_loop")
        self.assertIn(str(self.ports["backend"]), finding.get("explains") or "", finding)

    def test_leaves_the_patient_client_alone(self) -> None:
        self.assert_not_blamed(self.names["patient"])


class LookUpsInVain(investigation.InvestigationCase):
    """A script that waits for a file without ever sleeping, and one that searches and finds."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        absent, present = scratch.path("absent"), scratch.path("present")
        with open(present, "w", encoding="ascii") as file:
            file.write("here\n")
        return {
            "waiting": Workload("waiting", [
                "timeout", "30", "sh", "-c", f"while [ ! -e {absent} ]; do :; done"],
                announces=False),
            "searching": Workload("searching", [
                "timeout", "30", "sh", "-c",
                f"while :; do [ -e {absent}.h ]; [ -e {absent}.hpp ]; [ -e {present} ]; done"],
                announces=False)}

    def test_names_the_wait_for_a_file(self) -> None:
        finding = self.assert_blamed(self.names["waiting"], "busy_poll")
        self.assertIn("ENOENT", str(finding))

    def test_a_search_that_finds_is_no_poll(self) -> None:
        self.assert_not_blamed(self.names["searching"])


class FruitlessCalls(investigation.InvestigationCase):
    """An event loop that asks without waiting, and a server without descriptors."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"poller": Workload("poller", [victim("busy_poll"), "30"]),
                "exhausted": Workload("exhausted", [victim("accept_emfile"), "30"])}

    def test_names_the_busy_poll(self) -> None:
        self.assert_blamed(self.names["poller"], "busy_poll", "run_event_loop")

    def test_names_the_failing_accept(self) -> None:
        finding = self.assert_blamed(self.names["exhausted"], "runaway_loop", "serve")
        self.assertIn("EMFILE", str(finding), "the error that repeats is not told")


class ForksAndQuery(investigation.InvestigationCase):
    """A shell that starts one process after the other, and a database at honest work."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"shell": Workload("shell", [victim("fork_storm.sh"), "30"]),
                "database": Workload("database", [victim("long_query"), "60"])}

    def test_names_the_process_storm(self) -> None:
        self.assert_blamed(self.names["shell"], "process_storm")

    def test_a_four_second_query_is_no_culprit(self) -> None:
        self.assert_not_blamed(self.names["database"])

    def test_is_modest_about_the_busy_query(self) -> None:
        busy = [f["confidence"] for f in self.report.findings(self.names["database"])
                if f["role"] != "contributing"]
        self.assertLess(max(busy, default=0), 0.5)
        container = self.report.container(self.names["database"])
        self.assertTrue(container and container["top_functions"], container)


if __name__ == "__main__":
    unittest.main()
