# SPDX-License-Identifier: Apache-2.0
"""The common shape of the live tests: some victims side by side, one investigation, many assertions."""
import contextlib
import os
import unittest
from typing import Any, Dict, List, Optional

import culprit
from requirements import require_root
from workload import Scratch, Workload

# Kernels lose ticks by themselves: 0.4 % under a compile loop with perf alone on the machine where
# this was written, more while hooks are attached and detached. In a short window that weighs more
# than in a long one, for which accuracy_test.py has the real limit.
LARGEST_LOST_SHARE = float(os.environ.get("CULPRIT_TEST_LOST_SHARE", "0.02"))
# Where losing more is allowed, the exit code that says so is, too.
EXPECTED_CODES = (culprit.EXIT_OK, culprit.EXIT_LOST) if LARGEST_LOST_SHARE > 0.05 else (culprit.EXIT_OK,)
# Times the usual window: an emulated machine needs seconds for what takes a real one a moment.
STRETCH = float(os.environ.get("CULPRIT_TEST_STRETCH", "1"))


class ReportAssertions(unittest.TestCase):
    """Assertions on what a report says of one workload."""

    report: culprit.Report

    def assert_blamed(self, workload: str, blame: str, function: Optional[str] = None,
                      **target: Any) -> Dict[str, Any]:
        """It is a culprit of that kind, with that function on the blamed path and that target."""
        told = self.report.told(workload)
        finding = self.report.finding(workload, blame)
        self.assertIsNotNone(finding, f"no {blame}: {told}")
        assert finding is not None
        self.assertEqual(finding["role"], "culprit", told)
        if function is not None:
            self.assertIn(function, culprit.frames(finding), told)
        for key, expected in target.items():
            self.assertEqual((finding.get("target") or {}).get(key), expected, told)
        return finding

    def assert_only(self, workload: str, kind: str) -> None:
        """No accusation of another kind."""
        kinds = {finding["kind"] for finding in self.report.culprits(workload)}
        self.assertEqual(kinds, {kind}, self.report.told(workload))

    def assert_not_blamed(self, workload: str) -> None:
        self.assertEqual(self.report.culprits(workload), [], self.report.told(workload))

    def assert_no_unexplained_loss(self) -> None:
        lost = self.report.data["window"]["lost"]
        self.assertLessEqual(lost["share"], LARGEST_LOST_SHARE, lost)


class InvestigationCase(ReportAssertions):
    """Runs once per class: victims() are started, one investigation is made, all are ended."""

    seconds: float = 6
    names: Dict[str, str]
    ports: Dict[str, int]
    scratch: str

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        raise NotImplementedError

    @classmethod
    def options(cls, scratch: Scratch) -> List[str]:
        return []

    @classmethod
    def look_at_files(cls, scratch: Scratch) -> None:
        """While what the investigation wrote is still there."""

    @classmethod
    def setUpClass(cls) -> None:
        require_root()
        culprit.binary()
        with contextlib.ExitStack() as stack:
            scratch = stack.enter_context(Scratch(prefix="culprit-test-"))
            cls.scratch = scratch.name
            running = {key: stack.enter_context(workload)
                       for key, workload in cls.victims(scratch).items()}
            cls.names = {key: workload.name for key, workload in running.items()}
            cls.ports = {key: workload.port for key, workload in running.items()}
            cls.report = culprit.investigate(*cls.options(scratch), seconds=cls.seconds * STRETCH,
                                             expect=EXPECTED_CODES)
            cls.look_at_files(scratch)
            ended = [key for key, workload in running.items() if not workload.alive()]
        if ended:
            raise AssertionError(f"victims ended before the investigation did: {ended}")

    def test_loses_nothing_unexplained(self) -> None:
        self.assert_no_unexplained_loss()
