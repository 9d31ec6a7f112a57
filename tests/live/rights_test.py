# SPDX-License-Identifier: Apache-2.0
"""Few rights suffice, the others are given up, and every second choice finds the same fault."""
import glob
import json
import subprocess
import time
import unittest
from typing import Dict, List

import culprit
import investigation
from requirements import require_programs, require_root
from workload import Scratch, Workload, victim

# Numbers of linux/capability.h.
NEEDED = {"bpf": 39, "perfmon": 38, "sys_ptrace": 19, "dac_read_search": 2, "checkpoint_restore": 40,
          "syslog": 34, "sys_nice": 23, "ipc_lock": 14}


def with_rights(names: List[str]) -> List[str]:
    """A command that runs another one as nobody, with these capabilities only."""
    wanted = ",".join(["-all"] + [f"+{name}" for name in names])
    return ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs",
            "--inh-caps", wanted, "--ambient-caps", wanted, "--bounding-set", wanted]


class FewRights(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        require_root()
        require_programs("setpriv")

    def test_eight_capabilities_suffice(self) -> None:
        with Workload("storm", [victim("retry_refused"), "tcp4", "30"]) as storm:
            report = culprit.investigate(seconds=5, prefix=with_rights(list(NEEDED)))
            self.assertIsNotNone(report.finding(storm.name, "retry_storm"), report.told(storm.name))
        limits = {limit["what"] for limit in report.data["limits"]}
        self.assertLessEqual(limits, {"audit log", "container names", "names"}, report.data["limits"])

    def test_says_which_one_is_missing(self) -> None:
        for missing in ("bpf", "perfmon"):
            done = culprit.run("doctor", "--format", "json",
                               prefix=with_rights([name for name in NEEDED if name != missing]))
            self.assertEqual(done.code, culprit.EXIT_BLIND, done)
            lost = [check["name"] for check in json.loads(done.output)["checks"]
                    if check["health"] == "missing" and check["section"] == "rights"]
            self.assertIn(f"CAP_{missing.upper()}", lost)

    def test_gives_up_what_it_does_not_need(self) -> None:
        process = culprit.start("--duration", "4s")
        time.sleep(2.5)
        allowed = sum(1 << number for number in NEEDED.values())
        rights = {}
        for path in glob.glob(f"/proc/{process.pid}/task/*/status"):
            with open(path, encoding="ascii") as status:
                fields = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
            rights[path] = int(fields["CapEff"], 16)
        self.assertEqual(culprit.finish(process).code, culprit.EXIT_OK)
        self.assertTrue(rights)
        for path, effective in rights.items():
            self.assertEqual(effective & ~allowed, 0, f"{path} {effective:x}")


class ForcedRungs(investigation.InvestigationCase):
    """All second choices at once."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"storm": Workload("storm", [victim("retry_refused"), "tcp4", "40"]),
                "log": Workload("log", [victim("log_flood"), "write", "40", scratch.path("a.log")])}

    @classmethod
    def options(cls, scratch: Scratch) -> List[str]:
        return ["--force-rung", "raw-tracepoints", "--force-rung", "untyped-tasks",
                "--force-rung", "kernel-walker"]

    def test_tells_which_were_taken(self) -> None:
        hooks = {hook["hook"]: hook["fallback_of"] for hook in self.report.data["tool"]["hooks"]}
        self.assertEqual(hooks.get("raw_tp sys_exit"), "tp_btf sys_exit", hooks)
        self.assertEqual(hooks.get("raw_tp inet_sock_set_state"), "tp_btf inet_sock_set_state", hooks)

    def test_names_the_storm(self) -> None:
        self.assert_blamed(self.names["storm"], "retry_storm", "connect_to_database",
                           kind="tcp", port=self.ports["storm"])

    def test_names_the_flood(self) -> None:
        self.assert_blamed(self.names["log"], "log_flood", "log_every_item",
                           kind="file", path=f"{self.scratch}/a.log")


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        require_root()

    def test_says_yes_to_root_here(self) -> None:
        done = culprit.run("doctor", "--format", "json")
        self.assertEqual(done.code, culprit.EXIT_OK, done)
        checks = {check["name"]: check for check in json.loads(done.output)["checks"]}
        for name in ("BTF", "CPU samples", "system calls", "connections", "cgroups"):
            self.assertEqual(checks[name]["health"], "works", checks[name])

    def test_explains_btf(self) -> None:
        release = subprocess.run(["uname", "-r"], check=True, capture_output=True, text=True).stdout.strip()
        self.assertIn(f"/boot/vmlinux-{release}", culprit.run("doctor", "--explain-btf").output)


if __name__ == "__main__":
    unittest.main()
