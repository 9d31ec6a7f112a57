# SPDX-License-Identifier: Apache-2.0
"""Assertions on the folded stacks of one investigation."""
import os
from typing import Callable, List, Tuple

import investigation
from workload import Scratch

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
