# SPDX-License-Identifier: Apache-2.0
"""What a test needs from the machine. Lacking it skips the test, and fails it where a skip hides a hole."""
import os
import shutil
import unittest


def skips_are_failures() -> bool:
    """True in continuous integration, where nobody reads the list of skipped tests."""
    return os.environ.get("CI") == "true" or os.environ.get("REQUIRE_BPF") == "1"


def require(condition: bool, reason: str) -> None:
    """Skips (or fails) the running test with a reason unless the condition holds."""
    if condition:
        return
    if skips_are_failures():
        raise AssertionError(f"cannot run here, and a skip is a failure: {reason}")
    raise unittest.SkipTest(reason)


def require_root() -> None:
    require(os.geteuid() == 0, "needs root")


def require_programs(*names: str) -> None:
    for name in names:
        require(shutil.which(name) is not None, f"needs the program {name}")


def path_from_environment(variable: str) -> str:
    """An absolute path that CTest hands over."""
    value = os.environ.get(variable, "")
    require(bool(value), f"the environment variable {variable} is not set")
    require(os.path.exists(value), f"{variable} names {value}, which does not exist")
    return os.path.abspath(value)
