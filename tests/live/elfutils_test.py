# SPDX-License-Identifier: Apache-2.0
"""Another unwinder, of another project, on the same processes at the same time: eu-stack."""
import re
import shutil
import subprocess
import threading
import time
import unittest
from typing import Dict, List

import stacks
from workload import Scratch, Workload, victim

SNAPSHOTS = 12
# It looks at moments; those of the seconds before and after may not have been sampled in the
# innermost functions. What is compared is the way down to them.
INNERMOST_THAT_MAY_DIFFER = 3
UNNAMED = "?"

COMMANDS = {"qsort": [victim("call_shapes"), "40", "qsort"],
            "deep": [victim("call_shapes"), "40", "deep"],
            "signal": [victim("call_shapes"), "40", "signal"],
            "perl": ["perl", "-e", "sub f { my $n = shift; return $n ? f($n - 1) + 1 : 0 } f(40) while 1"],
            "openssl": ["openssl", "speed", "-seconds", "30", "sha256"],
            "sqlite": [victim("long_query"), "40"],
            "xz": ["sh", "-c", "exec xz -9 -c /dev/zero > /dev/null"]}


def snapshot(pid: int) -> List[str]:
    """The functions of the process's first thread, outermost first; empty when it could not be seen."""
    done = subprocess.run(["eu-stack", "-1", "-n", "0", "-p", str(pid)], check=False, capture_output=True,
                          text=True, timeout=30)
    frames = re.findall(r"^#\d+ +0x[0-9a-f]+(?: - \d+)? ?(.*)$", done.stdout, re.MULTILINE)
    return [without_version(name) or UNNAMED for name in reversed(frames)]


def without_version(name: str) -> str:
    return name.strip().split("@")[0]


def is_same(ours: str, theirs: str) -> bool:
    """Of two names of one address either may be chosen; what has none is an offset."""
    def plain(name: str) -> str:
        return re.sub(r"_impl$", "", name.lstrip("_"))
    return theirs == UNNAMED or ours.startswith("[") or plain(ours) == plain(theirs)


def in_common(ours: List[str], theirs: List[str]) -> int:
    """Frames from the outermost on that are the same."""
    count = 0
    for mine, other in zip(ours, theirs):
        if not is_same(mine, other):
            break
        count += 1
    return count


@unittest.skipUnless(shutil.which("eu-stack"), "elfutils is not installed")
class ElfutilsSeesTheSame(stacks.StackCase):
    snapshots: Dict[str, List[List[str]]]

    @classmethod
    def options(cls, scratch: Scratch) -> List[str]:
        return [*super().options(scratch), "--no-inlines"]

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        workloads = {name: Workload(name, command, announces=command[0].startswith("/"))
                     for name, command in COMMANDS.items() if shutil.which(command[0])}
        cls.snapshots = {name: [] for name in workloads}
        threading.Thread(target=cls.look, args=(workloads,), daemon=True).start()
        return workloads

    @classmethod
    def look(cls, workloads: Dict[str, Workload]) -> None:
        time.sleep(2)
        for _ in range(SNAPSHOTS):
            for name, workload in workloads.items():
                if workload.alive():
                    cls.snapshots[name].append(snapshot(workload.pid))

    def test_down_to_the_innermost_functions(self) -> None:
        for name, seen in self.snapshots.items():
            with self.subTest(name):
                own = [[frame for frame in frames if not frame.endswith("_[k]")]
                       for frames, _ in stacks.stacks_of(self.folded, self.names[name])]
                whole = [frames for frames in seen if len(frames) > INNERMOST_THAT_MAY_DIFFER]
                self.assertGreaterEqual(len(whole), 3, "eu-stack saw hardly anything")
                found = [theirs for theirs in whole
                         if max(in_common(frames, theirs) for frames in own)
                         >= len(theirs) - INNERMOST_THAT_MAY_DIFFER]
                missed = [theirs for theirs in whole if theirs not in found]
                self.assertGreaterEqual(len(found) / len(whole), 0.9, f"{missed[:3]} but {own[:5]}")


if __name__ == "__main__":
    unittest.main()
