# SPDX-License-Identifier: Apache-2.0
"""Functions of language runtimes have names, files, lines and the right shares."""
import glob
import os
import shutil
import unittest
from typing import Dict, List

import call_tree


def pythons() -> Dict[str, List[str]]:
    """The host's; with CULPRIT_ALL_INTERPRETERS=1 those of pyenv, too."""
    found = {"python3": shutil.which("python3", path="/usr/bin:/bin")}
    wanted = os.environ.get("CULPRIT_ALL_INTERPRETERS") == "1"
    for path in sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3"))) if wanted else ():
        version = path.split("/")[-3]
        if tuple(int(part) for part in version.split(".")[:2]) >= (3, 8):
            found[f"pyenv-{version}"] = path
    return {name: [path, call_tree.source("call_tree.py"), "60"]
            for name, path in found.items() if path}


class Python(call_tree.CallTreeCase):
    SCRIPT = "call_tree.py"
    KIND = "python"


def python_cases() -> unittest.TestSuite:
    """One investigation for each interpreter: side by side they would wait for each other."""
    suite = unittest.TestSuite()
    for name, command in pythons().items():
        case = type(f"Python_{name}", (Python,), {"COMMANDS": {name: command}})
        suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    return suite


def load_tests(_loader: unittest.TestLoader, _tests: unittest.TestSuite,
               _pattern: object) -> unittest.TestSuite:
    return python_cases()


if __name__ == "__main__":
    unittest.main()
