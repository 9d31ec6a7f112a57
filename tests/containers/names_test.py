# SPDX-License-Identifier: Apache-2.0
"""Names with and without an engine that answers; containers that end while being watched."""
import os
import time
import unittest

import container_case
import culprit
import linux
from engine_sockets import StuckSocket
from image import app

DOCKER_DATA = "/var/lib/docker"
NO_SOCKET = "/nonexistent/docker.sock"


def setUpModule() -> None:
    container_case.start_engine()


def tearDownModule() -> None:
    container_case.stop_engine()


class WithoutTheSocket(container_case.ContainerCase):
    """The engine's files say it all: run where they lie at their usual place."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.start("quiet-backend", app("burn_cpu", "60"), {"team": "shop"}, NanoCpus=700_000_000)
        data_root = cls.engine().data_root
        os.makedirs(DOCKER_DATA, exist_ok=True)

        def show_files() -> None:
            linux.unshare_mounts()
            linux.bind_mount(data_root, DOCKER_DATA)

        cls.report = culprit.investigate("--docker-socket", NO_SOCKET, seconds=3,
                                         preexec_fn=show_files)

    def test_the_name_comes_from_disk(self) -> None:
        container = self.report.container("quiet-backend")
        self.assertIsNotNone(container, self.report.told("quiet-backend"))
        self.assertEqual(container["id"], self.ids["quiet-backend"])

    def test_image_labels_and_limits_come_from_disk(self) -> None:
        container = self.report.container("quiet-backend")
        self.assertIn(container_case.IMAGE, container["image"])
        self.assertEqual(container["labels"].get("team"), "shop")
        self.assertAlmostEqual(container["cpu_limit_cores"], 0.7, places=2)

    def test_the_absent_engine_is_a_limit_of_the_report(self) -> None:
        self.assertIn(NO_SOCKET, str(self.report.data["limits"]))


class WithNothingToAsk(container_case.ContainerCase):
    """Neither socket nor files: the id is the name."""

    def test_the_id_is_enough(self) -> None:
        identity = self.start("nameless", app("burn_cpu", "40"))
        report = culprit.investigate("--docker-socket", NO_SOCKET, seconds=2)
        container = report.container(identity)
        self.assertIsNotNone(container, report.told(identity))
        self.assertTrue(identity.startswith(container["name"]), container)


class DuringTheWindow(container_case.ContainerCase):
    def test_a_container_that_ends_keeps_its_name(self) -> None:
        self.start("short-lived", app("burn_cpu", "3"))
        report = culprit.investigate(*self.socket(), seconds=6)
        self.assertEqual(self.engine().state("short-lived")["Status"], "exited")
        container = report.container("short-lived")
        self.assertIsNotNone(container, report.told("short-lived"))
        self.assertEqual(container["id"], self.ids["short-lived"])

    def test_a_container_that_starts_late_gets_its_name(self) -> None:
        process = culprit.start("investigate", "--duration", "6s", "--format", "json", *self.socket())
        time.sleep(2)
        self.start("late-comer", app("burn_cpu", "30"))
        report = culprit.finish(process).report
        container = report.container("late-comer")
        self.assertIsNotNone(container, report.told("late-comer"))

    def test_the_filter_takes_names_prefixes_and_labels(self) -> None:
        identity = self.start("chosen", app("burn_cpu", "40"), {"team": "chosen-ones"})
        for selection in (["--container", "chosen"], ["--container", identity[:12]],
                          ["--label", "team=chosen-ones"]):
            with self.subTest(selection):
                report = culprit.investigate(*selection, *self.socket(), seconds=1)
                container = report.container("chosen")
                self.assertIsNotNone(container, report.told("chosen"))
                self.assertGreater(culprit.amount(container["cpu_cores"]), 0.02)

    def test_a_chosen_container_that_ends_is_told_of(self) -> None:
        self.start("brief", app("burn_cpu", "3"))
        report = culprit.investigate("--container", "brief", *self.socket(), seconds=5)
        self.assertIsNotNone(report.container("brief"), report.told("brief"))
        self.assertIn("ended while it was observed", str(report.data["limits"]))


class StuckEngine(container_case.ContainerCase):
    def test_costs_at_most_a_second(self) -> None:
        seconds = {}
        for name in ("absent", "stuck"):
            path = f"{self.engine().folder}/{name}.sock"
            if name == "stuck":
                with StuckSocket(path):
                    seconds[name], report = _timed(path)
            else:
                seconds[name], report = _timed(path)
        self.assertLess(seconds["stuck"] - seconds["absent"], 1.3, seconds)
        self.assertIn("stuck.sock", str(report.data["limits"]))

    def test_is_named_when_a_container_is_not_known(self) -> None:
        path = f"{self.engine().folder}/silent.sock"
        with StuckSocket(path):
            done = culprit.run("investigate", "--container", "nowhere", "--docker-socket", path)
        self.assertEqual(done.code, culprit.EXIT_USAGE, done.errors)
        self.assertIn("nowhere", done.errors)
        self.assertIn("silent.sock", done.errors)


def _timed(path: str):
    start = time.monotonic()
    report = culprit.investigate("--docker-socket", path, seconds=2)
    return time.monotonic() - start, report


if __name__ == "__main__":
    unittest.main()
