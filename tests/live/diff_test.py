# SPDX-License-Identifier: Apache-2.0
"""`culprit diff` names the function that a later release made slower, and nothing between two runs of one."""
import contextlib
import json
import os
import subprocess
import unittest
from typing import Any, Dict

import culprit
import linux
from requirements import require_root
from workload import Scratch, Workload, victim

SECONDS = "15s"


def function(comparison: Dict[str, Any], name: str) -> Dict[str, Any]:
    return next(row for row in comparison["functions"] if row["function"] == name)


class Differences(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        require_root()
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        cls.folder = cls.stack.enter_context(Scratch()).name
        os.chmod(cls.folder, 0o755)
        cls.names = {}
        for name, arguments in {"old": ["0", "plain"], "new": ["100", "compact"]}.items():
            command = [victim("release"), "150", *arguments]
            workload = cls.stack.enter_context(Workload(f"release-{name}", command))
            cls.names[name] = workload.name
        chosen = [word for name in cls.names.values() for word in ("--container", name)]
        for name in ("one", "two", "three"):
            done = culprit.run("record", "-o", cls.path(name), "--duration", SECONDS, "--frequency", "999",
                               *chosen)
            if done.code not in (culprit.EXIT_OK, culprit.EXIT_LOST):
                raise AssertionError(repr(done))
            os.chmod(cls.path(name), 0o644)

    @classmethod
    def path(cls, name: str) -> str:
        return os.path.join(cls.folder, f"{name}.culprit")

    def compare(self, *arguments: str) -> Dict[str, Any]:
        done = culprit.run("diff", *arguments, "--format", "json", preexec_fn=linux.become_nobody)
        self.assertIn(done.code, (culprit.EXIT_OK, culprit.EXIT_LOST), done)
        return json.loads(done.output)

    def test_names_what_a_release_changed(self) -> None:
        comparison = self.compare(self.path("one"), "--container", self.names["old"],
                                  "--against", self.names["new"])
        self.assertEqual(comparison["result"], "different", comparison["headline"])
        for name, verdict in {"parse_request": "grew", "encode_plain": "gone", "encode_compact": "new"}.items():
            row = function(comparison, name)
            self.assertEqual(row["own"]["verdict"], verdict, row)
            self.assertLess(row["own"]["low_points"], row["own"]["change_points"])
        self.assertIn("release.c", function(comparison, "parse_request")["file"])
        parse = function(comparison, "parse_request")["own"]
        # 20 of 100 parts of the work, then 40 of 132.5.
        self.assertAlmostEqual(parse["before"]["share"], 0.2, delta=0.03)
        self.assertAlmostEqual(parse["after"]["share"], 40 / 132.5, delta=0.03)

    def test_compares_the_sides_of_two_files(self) -> None:
        comparison = self.compare(self.path("one"), self.path("two"), "--container", self.names["old"],
                                  "--against", self.names["new"])
        self.assertEqual(function(comparison, "parse_request")["own"]["verdict"], "grew")

    def test_finds_nothing_between_two_runs_of_one_release(self) -> None:
        alarms = 0
        for name in ("old", "new"):
            for pair in (("one", "two"), ("two", "three")):
                comparison = self.compare(*map(self.path, pair), "--container", self.names[name])
                self.assertGreater(comparison["method"]["tests"], 3)
                alarms += comparison["result"] != "no_significant_difference"
        # One alarm in twenty comparisons is what is promised; two of four are not chance.
        self.assertLessEqual(alarms, 1)

    def test_draws_both_sides_in_one_graph(self) -> None:
        for kind, wanted in {"svg": "fg-gone", "html": "Content-Security-Policy", "text": "GONE"}.items():
            done = culprit.run("diff", self.path("one"), "--container", self.names["old"], "--against",
                               self.names["new"], "--format", kind)
            self.assertIn(done.code, (culprit.EXIT_OK, culprit.EXIT_LOST), done)
            self.assertIn(wanted, done.output)
            self.assertIn("encode_plain", done.output if kind != "html" else done.output.split("<script")[0])

    def test_compares_folded_stacks_without_a_verdict(self) -> None:
        for name in ("old", "new"):
            done = culprit.run("flame", self.path("one"), "--format", "folded", "--container", self.names[name])
            with open(os.path.join(self.folder, f"{name}.folded"), "w", encoding="utf-8") as file:
                file.write(done.output.replace(self.names[name], "release"))
        comparison = self.compare(*(os.path.join(self.folder, f"{name}.folded") for name in ("old", "new")))
        self.assertEqual(comparison["result"], "untested")
        self.assertGreater(function(comparison, "parse_request")["own"]["change_points"], 2)

    def test_says_what_is_wrong(self) -> None:
        cases = {
            (self.path("one"), "/nonexistent"): culprit.EXIT_FAILED,
            (self.path("one"), __file__): culprit.EXIT_FAILED,
            (self.path("one"), self.path("two"), "--container", "nobody-has-this-name"): culprit.EXIT_FAILED,
            (self.path("one"), "--container", self.names["old"], "--against", self.names["old"]):
                culprit.EXIT_FAILED,
            (self.path("one"),): culprit.EXIT_USAGE,
        }
        for arguments, code in cases.items():
            done = culprit.run("diff", *arguments)
            self.assertEqual(done.code, code, done)
            self.assertEqual(done.output, "")
            self.assertTrue(done.errors.startswith("culprit"), done)

    def test_output_that_nobody_takes_is_a_failure(self) -> None:
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([culprit.binary(), "diff", self.path("one"), self.path("two")],
                                  stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, culprit.EXIT_FAILED, done.stderr)


if __name__ == "__main__":
    unittest.main()
