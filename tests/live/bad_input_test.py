# SPDX-License-Identifier: Apache-2.0
"""Nonsense on the command line: one clear sentence, the right exit code, at once."""
import os
import subprocess
import time
import unittest

import culprit
from requirements import require_programs, require_root
from workload import Scratch

AT_ONCE_SECONDS = 3

USAGE_ERRORS = {
    "duration of zero": ["--duration", "0"],
    "negative duration": ["--duration", "-3s"],
    "duration of a week": ["--duration", "168h"],
    "duration of seven days": ["--duration", "7d"],
    "duration in parsecs": ["--duration", "10 parsecs"],
    "empty duration": ["--duration", ""],
    "frequency of zero": ["--frequency", "0"],
    "frequency of 100000": ["--frequency", "100000"],
    "frequency in words": ["--frequency", "often"],
    "unknown format": ["--format", "haiku"],
    "confidence above one": ["--min-confidence", "7"],
    "confidence in words": ["--fail-confidence", "surely"],
    "unknown kind": ["--fail-on", "bad_luck"],
    "overhead above all": ["--max-overhead", "400%"],
    "label without a value": ["--label", "team"],
    "pod without a namespace": ["--pod", "lonely"],
    "unknown option": ["--please"],
    "unknown command": ["inspect"],
}


class Usage(unittest.TestCase):
    def test_says_what_is_wrong_and_ends_with_2(self) -> None:
        for name, arguments in USAGE_ERRORS.items():
            with self.subTest(name):
                start = time.monotonic()
                done = culprit.run(*arguments, timeout=20)
                self.assertEqual(done.code, culprit.EXIT_USAGE, done)
                self.assertLess(time.monotonic() - start, AT_ONCE_SECONDS)
                self.assert_one_sentence(done)

    def test_bytes_of_the_user_cannot_command_the_terminal(self) -> None:
        done = culprit.run("--duration", "\x1b]0;owned\x07", timeout=20)
        self.assertEqual(done.code, culprit.EXIT_USAGE, done)
        self.assertNotIn("\x1b", done.errors + done.output)

    def test_help_and_version_are_answers(self) -> None:
        for option in ("--help", "--version"):
            done = culprit.run(option, timeout=20)
            self.assertEqual(done.code, culprit.EXIT_OK, done)
            self.assertIn("culprit", done.output)
            self.assertEqual(done.errors, "")

    def test_answers_that_nobody_takes_are_failures(self) -> None:
        for arguments in (["--help"], ["doctor"], ["doctor", "--explain-btf"]):
            with self.subTest(arguments), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([culprit.binary(), *arguments], stdout=full,
                                      stderr=subprocess.PIPE, text=True, check=False, timeout=20)
                self.assertEqual(done.returncode, culprit.EXIT_FAILED, done)
                self.assertIn("No space left", done.stderr)

    def assert_one_sentence(self, done: culprit.Run) -> None:
        lines = [line for line in done.errors.splitlines() if line.strip()]
        self.assertTrue(lines, done)
        self.assertLessEqual(len(lines), 4, done)
        self.assertGreater(len(lines[0].split()), 3, done)
        self.assertNotIn("terminate called", done.errors)
        self.assertEqual(done.output, "", done)


class Privileges(unittest.TestCase):
    """Without rights: one line that says so, and what to type."""

    def setUp(self) -> None:
        require_root()
        require_programs("setpriv")

    def test_without_root(self) -> None:
        # A copy, since other users may not get into the build folder.
        with Scratch(prefix="culprit-test-") as folder:
            os.chmod(folder.name, 0o755)
            copy = folder.path("culprit")
            with open(culprit.binary(), "rb") as source, open(copy, "wb") as target:
                target.write(source.read())
            os.chmod(copy, 0o755)
            prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy]
            self.assert_blind(prefix, "sudo")

    def test_root_without_capabilities(self) -> None:
        self.assert_blind(["setpriv", "--bounding-set=-all", "--inh-caps=-all", culprit.binary()],
                          "privileged")

    def assert_blind(self, command, what_to_type: str) -> None:
        start = time.monotonic()
        process = culprit.start_command([*command, "--duration", "5s"])
        done = culprit.finish(process, command)
        self.assertEqual(done.code, culprit.EXIT_BLIND, done)
        self.assertLess(time.monotonic() - start, AT_ONCE_SECONDS)
        self.assertIn("root", done.errors.lower(), done)
        self.assertIn(what_to_type, done.errors, done)
        self.assertEqual(done.output, "", done)


if __name__ == "__main__":
    unittest.main()
