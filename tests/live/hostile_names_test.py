# SPDX-License-Identifier: Apache-2.0
"""Names that try to command a terminal, a browser or a ticket system arrive as harmless text."""
import os
import re
import unittest

import culprit
from requirements import require_root
from workload import Scratch, Workload, victim

HOSTILE_COMM = "<script>\x1b[31m`"  # 15 bytes are kept of a comm
HOSTILE_FILE = "x\x1b]0;owned\x07<img src=x onerror=alert(1)>|`a`[b](c)\u202e.log"

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class HostileNames(unittest.TestCase):
    outputs: dict

    @classmethod
    def setUpClass(cls) -> None:
        require_root()
        cls.outputs = {}
        with Scratch(prefix="culprit-test-") as folder:
            out, log = folder.path("out"), folder.path(HOSTILE_FILE)
            with Workload("comm", [victim("burn_cpu"), "30", "1", HOSTILE_COMM]), \
                    Workload("file", [victim("log_flood"), "write", "30", log]):
                done = culprit.run("--duration", "6s", "--format", "text", "--out", out,
                                   "--min-confidence", "0")
            cls.done = done
            cls.outputs["standard output"] = done.output
            for place, _, files in os.walk(out):
                for file in files:
                    path = os.path.join(place, file)
                    with open(path, encoding="utf-8", errors="surrogateescape") as text:
                        cls.outputs[os.path.relpath(path, out)] = text.read()

    def test_every_output_is_there(self) -> None:
        self.assertEqual(self.done.code, culprit.EXIT_OK, self.done)
        endings = {os.path.splitext(name)[1] for name in self.outputs}
        self.assertLessEqual({".json", ".md", ".svg", ".folded", ".txt"}, endings, endings)

    def test_no_output_holds_a_control_character(self) -> None:
        for name, text in self.outputs.items():
            if name.endswith((".culprit", ".gz")):
                continue  # no texts: what reads them escapes, too
            found = _CONTROL.search(text)
            self.assertIsNone(found, f"{name}: {found and text[max(0, found.start() - 60):][:120]!r}")

    def test_pictures_and_markdown_hold_no_markup_of_strangers(self) -> None:
        for name, text in self.outputs.items():
            if name.endswith((".svg", ".md", ".html")):
                self.assertNotIn("<script>\\x1b", text, name)
                self.assertNotIn("<img src=x", text, name)
                self.assertNotRegex(text, r"<script>[^<]{0,8}\[31m", name)

    def test_the_names_are_still_recognised(self) -> None:
        self.assertIn("img src=x onerror", self.outputs["report.json"])
        self.assertIn("script", self.outputs["stacks.folded"])


if __name__ == "__main__":
    unittest.main()
