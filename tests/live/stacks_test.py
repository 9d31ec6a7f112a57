# SPDX-License-Identifier: Apache-2.0
"""User stacks reach their thread's outermost frame, however the code was built."""
import os
import shutil
import sys
import unittest
from typing import Callable, Dict, List, Tuple

import investigation
from workload import Scratch, Workload, victim

# What a stack begins with when it was cut. Stripped programs have no names for what a whole one
# begins with.
CUT = "[truncated stack]"
WHOLE_SHARE = 0.97

Stack = Tuple[List[str], int]


def stacks_of(folded: str, workload: str) -> List[Stack]:
    """The frames of the workload's stacks, outermost first, each with its samples."""
    found = []
    for line in folded.splitlines():
        path, samples = line.rsplit(" ", 1)
        frames = path.split(";")
        if frames[0] == workload:
            found.append((frames[2:], int(samples)))
    return found


def in_order(frames: List[str], functions: Tuple[str, ...]) -> bool:
    rest = iter(frames)
    return all(any(name == frame for frame in rest) for name in functions)


class StackCase(investigation.InvestigationCase):
    """Asks the folded stacks of one investigation."""

    folded: str

    @classmethod
    def options(cls, scratch: Scratch) -> List[str]:
        return ["--out", scratch.path("out")]

    @classmethod
    def look_at_files(cls, scratch: Scratch) -> None:
        with open(os.path.join(scratch.path("out"), "stacks.folded"), encoding="utf-8") as file:
            cls.folded = file.read()

    def share(self, key: str, wanted: Callable[[List[str]], bool], among: str = "") -> float:
        """Of the samples, or of those below the function `among`."""
        stacks = [stack for stack in stacks_of(self.folded, self.names[key])
                  if not among or among in stack[0]]
        total = sum(samples for _, samples in stacks)
        self.assertGreater(total, 20, f"{key} hardly ran")
        return sum(samples for frames, samples in stacks if wanted(frames)) / total

    def assert_whole(self, key: str, share: float = WHOLE_SHARE) -> None:
        whole = self.share(key, lambda frames: frames[:1] != [CUT])
        self.assertGreaterEqual(whole, share, self.told_stacks(key))

    def assert_chain(self, key: str, *functions: str) -> None:
        """These functions, in this order, in nearly all stacks that hold the last of them."""
        found = self.share(key, lambda frames: in_order(frames, functions), functions[-1])
        self.assertGreaterEqual(found, 0.95, self.told_stacks(key))

    def told_stacks(self, key: str) -> str:
        stacks = sorted(stacks_of(self.folded, self.names[key]), key=lambda stack: -stack[1])
        return "\n".join(f"{samples} {';'.join(frames[:10])} ... {';'.join(frames[-4:])}"
                         for frames, samples in stacks[:20])


def shape(name: str, program: str = "call_shapes") -> Workload:
    return Workload(name, [victim(program), "40", name])


class WithoutFramePointers(StackCase):
    """One program, the ways of calling that unwinders find hard."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {name: shape(name)
                for name in ("plain", "qsort", "signal", "realigned", "deep", "thread")}

    def test_every_shape_is_whole(self) -> None:
        for key in self.names:
            with self.subTest(key):
                self.assert_whole(key)

    def test_plain_calls(self) -> None:
        self.assert_chain("plain", "_start", "main", "plain_outer", "plain_inner", "spin")

    def test_through_the_c_library(self) -> None:
        self.assert_chain("qsort", "main", "sort_slowly", "compare_slowly", "spin")

    def test_through_a_signal_handler(self) -> None:
        self.assert_chain("signal", "main", "raise_signal", "on_signal", "spin")

    def test_a_frame_that_is_realigned(self) -> None:
        self.assert_chain("realigned", "main", "realigned", "spin")

    def test_three_hundred_frames(self) -> None:
        self.assert_chain("deep", "_start", "main", *["deep"] * 300, "spin")

    def test_a_thread(self) -> None:
        self.assert_chain("thread", "thread_main", "plain_outer", "plain_inner", "spin")


class ShortLives(StackCase):
    """Children that live 50 ms, in images of their own."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"children": shape("children")}

    def test_are_whole_and_named(self) -> None:
        # The aim is 0.95: some of the first copies come before the file's table can be made.
        self.assert_whole("children", 0.8)
        found = self.share("children", lambda frames: in_order(frames, ("main", "plain_outer")))
        self.assertGreaterEqual(found, 0.75, self.told_stacks("children"))


@unittest.skipUnless(os.path.exists(victim("call_shapes_musl")), "no musl compiler at build time")
class WithoutUnwindInformation(StackCase):
    """Alpine's kind of C library: it has no unwind information, the program has."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"plain": shape("plain", "call_shapes_musl"),
                "qsort": shape("qsort", "call_shapes_musl")}

    def test_the_programs_own_functions_are_there(self) -> None:
        self.assert_chain("plain", "main", "plain_outer", "plain_inner", "spin")


class StockPrograms(StackCase):
    """What distributions ship, without frame pointers."""

    COMMANDS = {"python3": [sys.executable, "-c", "while True: pass"],
                "xz": ["sh", "-c", "exec xz -9 -c /dev/zero > /dev/null"],
                "perl": ["perl", "-e", "while (1) { $x = sprintf('%d', $x + 1) }"],
                "openssl": ["openssl", "speed", "-seconds", "30", "sha256"]}

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {name: Workload(name, command, announces=False)
                for name, command in cls.COMMANDS.items() if shutil.which(command[0])}

    def test_are_whole(self) -> None:
        for key in self.names:
            with self.subTest(key):
                self.assert_whole(key)


if __name__ == "__main__":
    unittest.main()
