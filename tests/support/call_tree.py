# SPDX-License-Identifier: Apache-2.0
"""A call tree whose functions, lines and shares are known, and what a report must say of it."""
import os
import re
from typing import Any, Dict, List, Mapping, Sequence

import stacks
from workload import Scratch, Workload, victim

# Of the samples, functions with what they call; see workloads/runtimes/call_tree.*. They are
# driven by the thread's CPU clock.
SHARES = {"main": 1.00, "serve": 0.70, "parse": 0.40, "tokenize": 0.25, "render": 0.20,
          "compact": 0.30}
WITHIN = 0.03
# Where each function's body is, by what begins it in the language.
FUNCTION = re.compile(r"^\s*(?:(?:private |public |static |final )*(?:void|int|long|String)|def|"
                      r"function) +(\w+)\(")


def source(name: str) -> str:
    return victim(os.path.join("runtimes", name))


def bodies(path: str) -> Dict[str, range]:
    """The lines of each function: from where it begins to where the next one does."""
    with open(path, encoding="utf-8") as text:
        lines = text.read().splitlines()
    begins = [(number, match.group(1)) for number, line in enumerate(lines, 1)
              if (match := FUNCTION.match(line))]
    ends = [number for number, _ in begins[1:]] + [len(lines) + 1]
    return {name: range(begin, end) for (begin, name), end in zip(begins, ends)}


class CallTreeCase(stacks.StackCase):
    """Runs one or more interpreters with the same script side by side, and asks the same of each.

    COMMANDS: for each its command line, SCRIPT: the workload's file, KIND: of its frames."""

    COMMANDS: Mapping[str, Sequence[str]] = {}
    SCRIPT = ""
    KIND = ""
    # A process's first half second has native frames only, until its runtime has been met.
    seconds = 30
    WHOLE_SHARE = 0.98

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {key: Workload(key, command) for key, command in cls.COMMANDS.items()}

    def functions(self, key: str) -> List[Dict[str, Any]]:
        container = self.report.container(self.names[key])
        assert container is not None, self.names[key]
        return container["functions_with_callees"]

    def function(self, key: str, name: str) -> Dict[str, Any]:
        """The one of that name, with or without the names of what it is in."""
        for found in self.functions(key):
            if found["kind"] == self.KIND and re.split(r"[.#:]", found["function"])[-1] == name:
                return found
        told = [(found["function"], found["kind"]) for found in self.functions(key)]
        raise AssertionError(f"{key}: no {name} in {told}\n{self.told_stacks(key)}")

    def test_names_files_and_lines(self) -> None:
        where = bodies(source(self.SCRIPT))
        for key in self.names:
            for name in SHARES:
                with self.subTest(key, function=name):
                    found = self.function(key, name)
                    self.assertEqual(os.path.basename(found["file"] or ""), self.SCRIPT)
                    self.assertIn(found["line"], where[name])

    def test_shares(self) -> None:
        for key in self.names:
            for name, share in SHARES.items():
                with self.subTest(key, function=name):
                    found = self.function(key, name)["share"]
                    self.assertAlmostEqual(found, share, delta=WITHIN, msg=self.told_stacks(key))

    def test_stacks_are_whole_and_merged(self) -> None:
        for key in self.names:
            with self.subTest(key):
                # Cut stacks, and those from before the runtime was met, lack the outermost one.
                merged = self.share(key, lambda frames: frames[:1] != [stacks.CUT] and any(
                    re.split(r"[.#:]", frame)[-1] == "main" for frame in frames))
                self.assertGreaterEqual(merged, self.WHOLE_SHARE, self.told_stacks(key))
