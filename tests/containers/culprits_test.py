# SPDX-License-Identifier: Apache-2.0
"""A loop, a retrying client, a flood and a healthy server in real containers: who is blamed."""
import re
import subprocess
import unittest

import container_case
import culprit
from engine_sockets import RecordingProxy
from image import app

DATABASE_PORT = 3306
LIFE = "60"
HOSTILE_LABEL = "<script>\x1b]0;owned\x07`rm -rf`"


def read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read().strip()


def setUpModule() -> None:
    container_case.start_engine()


def tearDownModule() -> None:
    container_case.stop_engine()


class FourContainers(container_case.ContainerCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.start("shop-backend-2", app("endless_loop", LIFE, "5000"),
                  {"com.docker.compose.service": "backend", "com.docker.compose.project": "shop"})
        cls.start("shop-worker-1", app("retry_refused", "tcp4", LIFE, str(DATABASE_PORT)),
                  {"team": HOSTILE_LABEL}, NanoCpus=1_800_000_000)
        cls.start("shop-importer-1", app("log_flood", "stdout", LIFE),
                  CpuQuota=90_000, CpuPeriod=50_000)
        cls.start("shop-web-1", app("busy_server", "both", LIFE, "8080", "2", "500"),
                  NanoCpus=1_500_000_000, Memory=256 << 20)
        proxy_path = f"{cls.engine().folder}/recorded.sock"
        with RecordingProxy(proxy_path, cls.engine().socket_path) as proxy:
            cls.report = culprit.investigate("--docker-socket", proxy_path, seconds=10)
            cls.requests = proxy.requests()

    def test_the_loop_is_named_with_its_function(self) -> None:
        finding = self.assert_blamed("shop-backend-2", "runaway_loop", "normalize_tags")
        self.assertEqual(finding["where"]["function"], "normalize_tags")

    def test_the_retrying_client_is_named_with_its_port(self) -> None:
        self.assert_blamed("shop-worker-1", "retry_storm", "connect_to_database",
                           kind="tcp", address="127.0.0.1", port=DATABASE_PORT)

    def test_the_flood_is_billed_to_the_writer(self) -> None:
        self.assert_blamed("shop-importer-1", "log_flood", "log_every_item", kind="stdout")

    def test_the_engine_is_not_blamed_for_carrying_it(self) -> None:
        names = set(self.ids)
        accused = [finding for finding in self.report.data["findings"]
                   if finding["role"] == "culprit" and finding["kind"] not in culprit.HONEST_KINDS
                   and finding["container"]["name"] not in names]
        self.assertEqual(accused, [])

    def test_the_healthy_server_is_not_blamed(self) -> None:
        self.assert_not_blamed("shop-web-1")

    def test_nobody_is_accused_of_anything_else(self) -> None:
        self.assert_only("shop-backend-2", "runaway_loop")
        self.assert_only("shop-worker-1", "retry_storm")
        self.assert_only("shop-importer-1", "log_flood")

    def test_images_ids_and_start_times_are_known(self) -> None:
        for name, identity in self.ids.items():
            container = self.report.container(name)
            self.assertIsNotNone(container, self.report.told(name))
            self.assertEqual(container["id"], identity)
            self.assertIn("culprit/victims", container["image"], container)
            self.assertEqual(container["runtime"], "docker")
            self.assertTrue(container["started_at"], container)

    def test_limits_are_known(self) -> None:
        limited = self.report.container("shop-web-1")
        self.assertAlmostEqual(limited["cpu_limit_cores"], 1.5, places=2)
        self.assertEqual(limited["memory_limit_bytes"], 256 << 20)
        self.assertFalse(self.report.container("shop-backend-2").get("cpu_limit_cores"))

    def test_labels_are_known_and_harmless(self) -> None:
        labels = self.report.container("shop-backend-2")["labels"]
        self.assertEqual(labels.get("com.docker.compose.service"), "backend")
        hostile = self.report.container("shop-worker-1")["labels"]["team"]
        self.assertNotRegex(hostile, "[\x00-\x1f\x7f]")
        self.assertIn("rm -rf", hostile)

    def test_advice_holds_only_ids(self) -> None:
        for finding in self.report.data["findings"]:
            for advice in finding["advice"]:
                for text in (advice["command"] or "", advice["undo"] or ""):
                    self.assertIsNone(re.search(r"[^A-Za-z0-9_.\- /:=%]", text), advice)

    def test_what_caps_a_container_can_be_undone(self) -> None:
        """The loop has no limit, the storm one in cores, the flood a quota in a period of its own."""
        for name in ("shop-backend-2", "shop-worker-1", "shop-importer-1"):
            with self.subTest(name):
                quota = f"/sys/fs/cgroup/cpu/docker/{self.ids[name]}/cpu.cfs_quota_us"
                before = read(quota)
                advice = self.report.culprits(name)[0]["advice"][0]
                self.type_in(advice["command"])
                self.assertNotEqual(read(quota), before)
                self.assertGreater(int(read(quota)), 0)
                self.type_in(advice["undo"])
                self.assertEqual(read(quota), before)

    def type_in(self, command: str) -> None:
        words = command.split()
        self.assertEqual(words[0], "docker", command)
        done = subprocess.run(["docker", "-H", f"unix://{self.engine().socket_path}", *words[1:]],
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")

    def test_the_engine_is_only_read_from(self) -> None:
        self.assertTrue(self.requests, "the engine was not asked at all")
        self.assertEqual({method for method, _ in self.requests}, {"GET"}, self.requests)

    def test_loses_nothing_unexplained(self) -> None:
        self.assert_no_unexplained_loss()


if __name__ == "__main__":
    unittest.main()
