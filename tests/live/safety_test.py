# SPDX-License-Identifier: Apache-2.0
"""The promises of what is never done, checked from outside: every system call of a run is read."""
import os
import re
import subprocess
import unittest
from typing import List

import culprit
import traced_run
from requirements import require_programs, require_root
from workload import Scratch, Workload, victim

# Besides --out: its own knobs (priority, out-of-memory score), its audit log, and what holds nothing.
OWN_PLACES = re.compile(r"^(/dev/null|/dev/tty|/proc/self/.*|/proc/thread-self/.*|/sys/fs/cgroup/.*culprit.*"
                        r"|/var/log/culprit-audit\.log)$")
SAFE_EVENTS = ("PERF_TYPE_SOFTWARE", "PERF_TYPE_HARDWARE", "PERF_TYPE_TRACEPOINT",
               "PERF_TYPE_BREAKPOINT")  # a debug register: the program itself is left as it is


class EverySystemCall(unittest.TestCase):
    calls: List[traced_run.Call]
    out: str

    @classmethod
    def setUpClass(cls) -> None:
        require_root()
        require_programs("strace")
        with Scratch(prefix="culprit-test-") as folder:
            cls.out, log = folder.path("out"), folder.path("log")
            command = ["strace", "-f", "-qq", "-s", "400", "-e",
                       "trace=" + ",".join(f"?{name}" for name in traced_run.TRACED), "-o", log]
            with Workload("loop", [victim("endless_loop"), "60"]), \
                    Workload("storm", [victim("retry_refused"), "tcp4", "60"]):
                done = culprit.run("--duration", "5s", "--out", cls.out, prefix=command, timeout=90)
            cls.done = done
            cls.calls = traced_run.read_log(log)

    def named(self, *names: str) -> List[traced_run.Call]:
        return [call for call in self.calls if call.name in names]

    def test_the_run_was_a_real_one(self) -> None:
        self.assertEqual(self.done.code, culprit.EXIT_OK, self.done)
        self.assertTrue(self.named("perf_event_open"), "no perf event was opened under strace")

    def test_traces_and_touches_no_process(self) -> None:
        forbidden = self.named("ptrace", "process_vm_writev", "process_vm_readv")
        self.assertEqual([c for c in forbidden if "PTRACE_TRACEME" not in c.text], [])

    def test_signals_only_its_own_helpers(self) -> None:
        own = {str(pid) for pid in traced_run.own_processes(self.calls)}
        for call in self.named("kill", "tkill", "tgkill"):
            target, number = [part.strip() for part in call.text.split(",")[:2]]
            # Signal 0 only asks whether somebody is there.
            self.assertTrue(target in own or number.startswith("0"), call)
        # By pidfd only the processes are ended that our own helper has forked and handed over.
        for call in self.named("pidfd_send_signal"):
            self.assertIn("SIGKILL", call.text)
            self.assertIn(str(call.pid), own)

    def test_writes_only_where_it_was_told_to(self) -> None:
        for path, call in traced_run.opened_for_writing(self.calls):
            if path.startswith(self.out) or OWN_PLACES.match(path) or "AT_FDCWD" not in call.text:
                continue
            self.fail(f"opened for writing: {call}")
        for call in self.named(*traced_run.CHANGING_CALLS):
            for path in call.paths():
                if call.succeeded() and path.startswith("/"):
                    self.assertTrue(path.startswith(self.out) or OWN_PLACES.match(path), call)

    def test_changes_no_setting_of_the_kernel(self) -> None:
        for path, call in traced_run.opened_for_writing(self.calls):
            self.assertNotRegex(path, r"^/proc/sys/|^/sys/kernel/|/(current_)?tracing/", call)
        self.assertEqual(self.named("init_module", "finit_module", "mount", "umount2"), [])

    def test_writes_to_no_process_and_no_container(self) -> None:
        for path, call in traced_run.opened_for_writing(self.calls):
            self.assertNotRegex(path, r"^/proc/\d+/(mem|root|cwd|fd)", call)

    def test_puts_no_probe_into_programs(self) -> None:
        for call in self.named("perf_event_open"):
            self.assertTrue(any(kind in call.text for kind in SAFE_EVENTS), call)
        for call in self.named("bpf"):
            self.assertNotRegex(call.text, "UPROBE|BPF_OBJ_PIN", call)

    def test_talks_to_nobody(self) -> None:
        for call in self.named("connect"):
            self.assertRegex(call.text, "AF_UNIX|AF_LOCAL", call)


class Settings(unittest.TestCase):
    def test_kernel_settings_stay_as_they_are_during_a_run(self) -> None:
        require_root()
        before = _settings()
        process = culprit.start("--duration", "3s")
        try:
            process.wait(timeout=2)
            self.fail("ended early")
        except subprocess.TimeoutExpired:
            during = _settings()
        done = culprit.finish(process)
        self.assertEqual(done.code, culprit.EXIT_OK, done)
        self.assertEqual(during, before)
        self.assertEqual(_settings(), before)


def _settings() -> dict:
    found = {}
    for folder in ("/proc/sys/kernel", "/proc/sys/vm", "/proc/sys/net/core"):
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            # These change by themselves.
            if not os.path.isfile(path) or name in ("ns_last_pid", "random", "pty", "seccomp"):
                continue
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    found[path] = file.read()
            except OSError:
                continue
    return found


if __name__ == "__main__":
    unittest.main()
