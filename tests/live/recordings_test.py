# SPDX-License-Identifier: Apache-2.0
"""A recording says what the live run said, to whoever opens it, however the recorder ended."""
import contextlib
import json
import os
import signal
import sqlite3
import stat
import subprocess
import time
import unittest

import culprit
import linux
from requirements import require_root
from workload import Scratch, Workload, victim

VICTIMS = {"endless_loop": ["150"], "retry_refused": ["tcp4", "150"], "log_flood": ["stdout", "150"]}


class Recordings(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        require_root()
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        cls.folder = cls.stack.enter_context(Scratch()).name
        cls.names = {}
        for name, arguments in VICTIMS.items():
            workload = cls.stack.enter_context(Workload(name.replace("_", "-"), [victim(name), *arguments]))
            cls.names[name] = workload.name

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def test_gives_the_live_report_again(self) -> None:
        live = culprit.investigate("--out", self.path("out")).data
        recording = self.path("out/run.culprit")
        self.assertEqual(stat.S_IMODE(os.stat(recording).st_mode), 0o600)
        again = culprit.run("report", recording, "--format", "json")
        self.assertEqual(again.code, culprit.EXIT_OK, again)
        replayed = again.report.data
        for part in live:
            self.assertEqual(json.dumps(live[part]), json.dumps(replayed[part]), part)

    def test_needs_no_privileges_to_be_read(self) -> None:
        self.record("open.culprit", "2s")
        os.chmod(self.folder, 0o755)
        os.chmod(self.path("open.culprit"), 0o644)
        for command in (["report"], ["flame"], ["flame", "--format", "folded"]):
            done = culprit.run(command[0], self.path("open.culprit"), *command[1:],
                               preexec_fn=linux.become_nobody)
            self.assertEqual(done.code, culprit.EXIT_OK, done)
            self.assertIn("normalize_tags", done.output)

    def test_is_written_into_the_folder_of_somebody_else(self) -> None:
        os.mkdir(self.path("theirs"), 0o755)
        os.chown(self.path("theirs"), linux.NOBODY, linux.NOBODY)
        self.record("theirs/run.culprit", "1s")

    def test_is_readable_after_the_recorder_was_killed(self) -> None:
        recorder = culprit.start("record", "-o", self.path("killed.culprit"))
        time.sleep(8)
        recorder.send_signal(signal.SIGKILL)
        recorder.communicate()
        done = culprit.run("report", self.path("killed.culprit"), "--format", "json")
        self.assertEqual(done.code, culprit.EXIT_OK, done)
        self.assertIsNotNone(done.report.finding(self.names["endless_loop"], "runaway_loop"),
                             done.report.told(self.names["endless_loop"]))
        self.assertIn("killed", str(done.report.data["limits"]))

    def test_ends_in_order_when_it_is_interrupted(self) -> None:
        recorder = culprit.start("record", "-o", self.path("stopped.culprit"))
        time.sleep(4)
        recorder.send_signal(signal.SIGINT)
        done = culprit.finish(recorder)
        self.assertEqual(done.code, culprit.EXIT_OK, done)
        with contextlib.closing(sqlite3.connect(self.path("stopped.culprit"))) as database:
            complete = database.execute("SELECT value FROM recording WHERE name = 'complete'")
            self.assertEqual(complete.fetchone()[0], "1")

    def test_draws_one_container_one_part_one_weight(self) -> None:
        self.record("parts.culprit", "6s")
        loop, flood = self.names["endless_loop"], self.names["log_flood"]
        whole = self.folded("parts.culprit", "--container", loop)
        part = self.folded("parts.culprit", "--container", loop, "--from", "2s", "--to", "4s")
        self.assertTrue(all(line.startswith(loop + ";") for line in whole), whole)
        self.assertLess(weight_of(part), 0.6 * weight_of(whole))
        self.assertGreater(weight_of(part), 0.15 * weight_of(whole))
        written = self.folded("parts.culprit", "--by", "write-bytes")
        self.assertIn("write_plainly", heaviest(written))
        failed = self.folded("parts.culprit", "--by", "connect-failures")
        self.assertIn("connect_once", heaviest(failed))
        self.assertTrue(any(line.startswith(flood + ";") for line in written), written)

    def test_says_what_is_wrong_with_a_file(self) -> None:
        self.record("whole.culprit", "1s")
        with open(self.path("whole.culprit"), "rb") as file:
            content = file.read()
        for name, bytes_ in {"cut": content[:len(content) // 2], "text": b"hello\n", "empty": b"",
                             "elf": b"\x7fELF" + bytes(5000)}.items():
            with open(self.path(name), "wb") as file:
                file.write(bytes_)
            for command in ("report", "flame"):
                done = culprit.run(command, self.path(name))
                self.assertEqual(done.code, culprit.EXIT_FAILED, done)
                self.assertEqual(len(done.errors.strip().splitlines()), 1, done)
                self.assertIn(name, done.errors)

    def test_says_what_a_recording_does_not_have(self) -> None:
        self.record("short.culprit", "1s")
        loop = self.names["endless_loop"]
        for wanted, told in {("--container", "nobody-has-this-name"): loop, ("--from", "90s"): "long"}.items():
            done = culprit.run("flame", self.path("short.culprit"), *wanted)
            self.assertEqual((done.code, done.output), (culprit.EXIT_FAILED, ""), done)
            self.assertIn(told, done.errors)

    def test_the_examples_of_the_readme_work(self) -> None:
        self.record("asked.culprit", "2s")
        readme = os.path.join(os.path.dirname(__file__), "../../userspace/capture/README.md")
        with open(readme, encoding="utf-8") as file:
            examples = file.read().split('sqlite3 FILE "')[1:]
        self.assertEqual(len(examples), 3)
        answers = ""
        for example in examples:
            query = example.split('"')[0]
            answers += subprocess.run(["sqlite3", self.path("asked.culprit"), query], check=True,
                                      stdout=subprocess.PIPE, text=True).stdout
        self.assertIn("normalize_tags", answers)

    def record(self, name: str, duration: str) -> None:
        done = culprit.run("record", "-o", self.path(name), "--duration", duration)
        self.assertEqual(done.code, culprit.EXIT_OK, done)

    def folded(self, name: str, *arguments: str) -> list:
        done = culprit.run("flame", self.path(name), "--format", "folded", *arguments)
        self.assertEqual(done.code, culprit.EXIT_OK, done)
        return done.output.splitlines()


def weight_of(lines: list) -> int:
    return sum(int(line.rsplit(" ", 1)[1]) for line in lines)


def heaviest(lines: list) -> str:
    return max(lines, key=lambda line: int(line.rsplit(" ", 1)[1]))


if __name__ == "__main__":
    unittest.main()
