# SPDX-License-Identifier: Apache-2.0
"""What goes wrong around a run: things vanish, disks fill, people press Ctrl-C."""
import json
import os
import signal
import time
import unittest

import culprit
import kernel_state
import linux
from requirements import require_root
from workload import Scratch, Workload, victim


class Containers(unittest.TestCase):
    def setUp(self) -> None:
        require_root()

    def test_an_unknown_container_is_refused_at_once(self) -> None:
        start = time.monotonic()
        done = culprit.run("--container", "nobody-has-this-name", timeout=30)
        self.assertIn(done.code, (culprit.EXIT_FAILED, culprit.EXIT_USAGE), done)
        self.assertIn("nobody-has-this-name", done.errors)
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(done.output, "")

    def test_only_the_chosen_container_is_told_of(self) -> None:
        command = [victim("burn_cpu"), "20"]
        with Workload("chosen", command) as chosen, Workload("other", command) as other:
            report = culprit.investigate("--container", chosen.cgroup.path, seconds=3)
        self.assertIsNotNone(report.container(chosen.name), report.told(chosen.name))
        self.assertEqual(report.findings(other.name), [], report.told(other.name))

    def test_a_container_that_dies_at_once_keeps_its_name(self) -> None:
        with Workload("mortal", [victim("burn_cpu"), "3"]) as mortal:
            process = culprit.start("--duration", "6s", "--format", "json")
            while mortal.alive():
                time.sleep(0.05)
            mortal.__exit__(None, None, None)
            report = culprit.finish(process).report
        self.assertIsNotNone(report.container(mortal.name), report.told(mortal.name))

    def test_a_chosen_container_may_die_at_once(self) -> None:
        with Workload("chosen", [victim("burn_cpu"), "2"]) as chosen:
            done = culprit.run("--container", chosen.cgroup.path, "--duration", "4s")
        self.assertEqual(done.code, culprit.EXIT_OK, done)
        self.assertIn(chosen.name, done.output, done)


class Output(unittest.TestCase):
    """--out: whole files under their names, or none."""

    def setUp(self) -> None:
        require_root()
        self.scratch = Scratch(prefix="culprit-test-")
        self.addCleanup(self.scratch.cleanup)

    def run_with_out(self, out: str, **options) -> culprit.Run:
        return culprit.run("--duration", "1s", "--format", "json", "--out", out, **options)

    def test_is_private_and_whole(self) -> None:
        out = self.scratch.path("made")
        done = self.run_with_out(out)
        self.assertEqual(done.code, culprit.EXIT_OK, done)
        self.assertEqual(os.stat(out).st_mode & 0o777, 0o700)
        names = sorted(os.listdir(out))
        for name in ("report.json", "stacks.folded", "flame.svg"):
            self.assertIn(name, names)
        for folder, _, files in os.walk(out):
            for file in files:
                mode = os.stat(os.path.join(folder, file)).st_mode & 0o777
                self.assertEqual(mode, 0o600, file)
        with open(os.path.join(out, "report.json"), encoding="utf-8") as report:
            self.assertEqual(json.load(report)["window"], done.report.data["window"])

    def test_that_is_a_file_is_refused_before_observing(self) -> None:
        out = self.scratch.path("file")
        with open(out, "w", encoding="ascii") as file:
            file.write("mine")
        done = self.run_with_out(out)
        self.assertIn(done.code, (culprit.EXIT_FAILED, culprit.EXIT_USAGE), done)
        self.assertIn(out, done.errors)
        with open(out, encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")

    def test_on_a_read_only_disk_fails_clearly(self) -> None:
        out = self.scratch.path("read-only")
        os.mkdir(out)

        def hide() -> None:
            linux.unshare_mounts()
            linux.mount_tmpfs(out)
            linux.remount_read_only(out)

        done = self.run_with_out(out, preexec_fn=hide)
        self.assertIn(done.code, (culprit.EXIT_FAILED, culprit.EXIT_USAGE), done)
        self.assertIn(out, done.errors)

    def test_on_a_full_disk_leaves_no_half_report(self) -> None:
        out = self.scratch.path("full")
        os.mkdir(out)
        linux.mount_tmpfs(out, "size=64k,mode=700")
        self.addCleanup(linux.unmount, out)
        with open(os.path.join(out, "flame.svg"), "w", encoding="ascii") as older:
            older.write("of an earlier run")
        with Workload("busy", [victim("burn_cpu"), "20", "2"]):
            with open(os.path.join(out, "ballast"), "wb", buffering=0) as ballast:
                ballast.write(b"x" * (56 << 10))
            done = self.run_with_out(out)
        self.assertEqual(done.code, culprit.EXIT_FAILED, done)
        self.assertIn("space", done.errors.lower(), done)
        self.assertTrue(done.report.data["window"]["samples"], "the result is lost, too")
        left = [name for name in os.listdir(out) if name != "ballast"]
        for name in left:
            self.assertGreater(os.stat(os.path.join(out, name)).st_size, 0, left)
            with open(os.path.join(out, name), encoding="utf-8") as file:
                self.assertNotEqual(file.read(), "of an earlier run", left)
            if name.endswith(".json"):
                with open(os.path.join(out, name), encoding="utf-8") as file:
                    json.load(file)

    def test_does_not_follow_planted_links(self) -> None:
        out, prey = self.scratch.path("planted"), self.scratch.path("prey")
        os.mkdir(out)
        with open(prey, "w", encoding="ascii") as file:
            file.write("precious")
        for name in ("report.json", "report.txt", "report.md", "flame.svg", "stacks.folded"):
            os.symlink(prey, os.path.join(out, name))
        done = self.run_with_out(out)
        with open(prey, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious", done)


class Interruptions(unittest.TestCase):
    def setUp(self) -> None:
        require_root()

    def test_two_investigations_at_once_both_succeed(self) -> None:
        with Workload("shared", [victim("burn_cpu"), "30", "2"]) as shared:
            arguments = ["--duration", "3s", "--format", "json"]
            both = [culprit.start(*arguments) for _ in range(2)]
            reports = [culprit.finish(process, arguments).report for process in both]
        for report in reports:
            self.assertIsNotNone(report.container(shared.name), report.told(shared.name))
            self.assertGreater(culprit.amount(report.container(shared.name)["cpu_cores"]), 0.3)

    def test_ctrl_c_gives_a_report_of_what_was_seen(self) -> None:
        with Workload("seen", [victim("burn_cpu"), "30"]) as seen:
            process = culprit.start("--duration", "60s", "--format", "json")
            time.sleep(4)
            asked = time.monotonic()
            process.send_signal(signal.SIGINT)
            done = culprit.finish(process, timeout=20)
        self.assertLess(time.monotonic() - asked, 5)
        self.assertEqual(done.code, culprit.EXIT_OK, done)
        self.assertLess(done.report.data["window"]["duration_s"], 10)
        self.assertGreater(done.report.data["window"]["samples"], 50)
        self.assertIsNotNone(done.report.container(seen.name), done.report.told(seen.name))

    def test_a_double_tap_of_ctrl_c_still_gives_the_report(self) -> None:
        with Workload("spinner", [victim("burn_cpu"), "20"]):
            process = culprit.start("--duration", "60s", "--format", "json")
            time.sleep(2.5)
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            done = culprit.finish(process)
        self.assertEqual(done.code, culprit.EXIT_OK, done.errors)
        self.assertLess(done.report.data["window"]["duration_s"], 10)

    def test_kill_leaves_nothing_attached_nor_running(self) -> None:
        before = kernel_state.attached()
        process = culprit.start("--duration", "60s")
        time.sleep(3)
        self.assertIsNone(process.poll(), "ended early")
        during = kernel_state.attached()
        self.assertTrue(during["prog"] - before["prog"], "this test sees no programs at all")
        helpers = kernel_state.descendants(process.pid)
        process.kill()
        culprit.finish(process)
        self.assertEqual(kernel_state.left_over(before), {})
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline and any(map(kernel_state.is_running, helpers)):
            time.sleep(0.05)
        self.assertEqual([pid for pid in helpers if kernel_state.is_running(pid)], [])

    def test_a_normal_run_leaves_nothing_attached(self) -> None:
        before = kernel_state.attached()
        self.assertEqual(culprit.run("--duration", "1s").code, culprit.EXIT_OK)
        self.assertEqual(kernel_state.left_over(before), {})

    def test_a_closed_standard_output_is_no_crash(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        process = culprit.start("--duration", "1s", stdout=writing)
        os.close(writing)
        done = culprit.finish(process)
        self.assertIn(done.code, (culprit.EXIT_FAILED, -signal.SIGPIPE), done)


class Kernel(unittest.TestCase):
    """A kernel or a /sys that offers less."""

    def setUp(self) -> None:
        require_root()

    def test_without_type_information_it_says_so(self) -> None:
        def hide() -> None:
            linux.unshare_mounts()
            linux.mount_tmpfs("/sys/kernel/btf")

        done = culprit.run("--duration", "1s", preexec_fn=hide)
        self.assertEqual(done.code, culprit.EXIT_BLIND, done)
        self.assertIn("BTF", done.errors)

    def test_without_proc_it_says_so(self) -> None:
        def hide() -> None:
            linux.unshare_mounts()
            linux.mount_tmpfs("/proc")

        done = culprit.run("--duration", "1s", preexec_fn=hide)
        self.assertEqual(done.code, culprit.EXIT_BLIND, done)
        self.assertIn("/proc is not mounted", done.errors)

    def test_a_read_only_sys_is_enough(self) -> None:
        def protect() -> None:
            linux.unshare_mounts()
            linux.remount_read_only("/sys")

        done = culprit.run("--duration", "1s", "--format", "json", preexec_fn=protect)
        self.assertEqual(done.code, culprit.EXIT_OK, done)


if __name__ == "__main__":
    unittest.main()
