# SPDX-License-Identifier: Apache-2.0
"""User stacks reach their thread's outermost frame, however the code was built."""
import glob
import os
import shutil
import sys
import unittest
from typing import Dict

import stacks
from workload import Scratch, Workload, victim


def shape(name: str, program: str = "call_shapes") -> Workload:
    return Workload(name, [victim(program), "40", name])


class WithoutFramePointers(stacks.StackCase):
    """One program, the ways of calling that unwinders find hard."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {name: shape(name)
                for name in ("plain", "qsort", "signal", "realigned", "assembler", "deep", "thread")}

    def test_every_shape_is_whole(self) -> None:
        for key in self.names:
            with self.subTest(key):
                self.assert_whole(key)

    def test_plain_calls(self) -> None:
        self.assert_chain("plain", "_start", "main", "plain_outer", "plain_inner", "spin")

    def test_through_the_c_library(self) -> None:
        self.assert_chain("qsort", "main", "sort_slowly", "compare_slowly", "spin")

    def test_through_a_signal_handler(self) -> None:
        self.assert_chain("signal", "main", "raise_signal", "return_from_handler", "on_signal", "spin")

    def test_a_frame_that_is_realigned(self) -> None:
        self.assert_chain("realigned", "main", "realigned", "spin")

    def test_assembler_that_keeps_its_frame_in_a_register(self) -> None:
        self.assert_chain("assembler", "main", "call_assembler", "by_register", "helper")

    def test_three_hundred_frames(self) -> None:
        self.assert_chain("deep", "_start", "main", *["deep"] * 300, "spin")

    def test_a_thread(self) -> None:
        self.assert_chain("thread", "thread_main", "plain_outer", "plain_inner", "spin")


class ShortLives(stacks.StackCase):
    """Children that live 50 ms, in images of their own."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"children": shape("children")}

    def test_are_whole_and_named(self) -> None:
        # The aim is 0.95: some of the first copies come before the file's table can be made.
        self.assert_whole("children", 0.8)
        found = self.share("children", lambda frames: stacks.in_order(frames, ("main", "plain_outer")))
        self.assertGreaterEqual(found, 0.75, self.told_stacks("children"))


@unittest.skipUnless(os.path.exists(victim("call_shapes_musl")), "no musl compiler at build time")
class WithoutUnwindInformation(stacks.StackCase):
    """Alpine's kind of C library: it has no unwind information, the program has."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"plain": shape("plain", "call_shapes_musl"),
                "qsort": shape("qsort", "call_shapes_musl")}

    def test_the_programs_own_functions_are_there(self) -> None:
        self.assert_chain("plain", "main", "plain_outer", "plain_inner", "spin")


class MadeAtRunTime(stacks.StackCase):
    """Code that is in no file, whose maker tells profilers what it is."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {way: Workload(way, [victim("jit_code"), "40", way, scratch.name]) for way in ("map", "dump")}

    @classmethod
    def tearDownClass(cls) -> None:
        for path in glob.glob("/tmp/perf-*.map"):
            with open(path, encoding="ascii", errors="replace") as file:
                own = "made_at_run_time" in file.read()
            if own:
                os.remove(path)

    def test_has_the_name_in_the_perf_map(self) -> None:
        self.assert_whole("map")
        self.assert_chain("map", "main", "call_forever", "made_at_run_time")

    def test_has_the_name_in_the_jitdump_file(self) -> None:
        self.assert_whole("dump")
        self.assert_chain("dump", "main", "call_forever", "made_at_run_time")


class StockPrograms(stacks.StackCase):
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
