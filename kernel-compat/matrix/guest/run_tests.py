# SPDX-License-Identifier: Apache-2.0
"""Runs live tests and says one line about each: PASS, FAIL or SKIP, the name, and why. Whoever reads the
serial line counts them, for exit codes do not get through."""
import sys
import unittest
from typing import Any


class _Lines(unittest.TestResult):
    def _say(self, word: str, test: Any, why: str = "") -> None:
        name = test.id() if hasattr(test, "id") else str(test)
        print(f"{word} {name}" + (f" # {why}" if why else ""), flush=True)

    def addSuccess(self, test: Any) -> None:
        super().addSuccess(test)
        self._say("PASS", test)

    def _failed(self, test: Any, text: str) -> None:
        for line in text.splitlines():
            print("  " + line[:2000], flush=True)
        self._say("FAIL", test, text.strip().splitlines()[-1][:200])

    def addFailure(self, test: Any, err: Any) -> None:
        super().addFailure(test, err)
        self._failed(test, self.failures[-1][1])

    def addError(self, test: Any, err: Any) -> None:
        super().addError(test, err)
        self._failed(test, self.errors[-1][1])

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        self._say("SKIP", test, reason)


def main() -> int:
    names = [name for name in sys.argv[1].split(",") if name]
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    print(f"COUNT {suite.countTestCases()}", flush=True)
    result = _Lines()
    suite.run(result)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
