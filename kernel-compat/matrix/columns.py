# SPDX-License-Identifier: Apache-2.0
"""What the matrix runs where: the columns, the tests, and what is known to fail, with the reason."""
import os
from typing import Dict, NamedTuple

_HERE = os.path.dirname(os.path.abspath(__file__))

# Each class is one investigation of six seconds beside its victims.
FAST_TESTS = ("loops_test.EndlessLoop", "storms_test.RefusedTcp", "floods_test.PlainAndGatheredWrites")
TESTS = FAST_TESTS + (
    "loops_test.FruitlessCalls", "loops_test.ForksAndQuery", "storms_test.RefusedUnixSockets",
    "storms_test.OtherWays", "storms_test.RequestStorm", "floods_test.SystemLog",
    "neighbours_test.BusyServer")


class Column(NamedTuple):
    name: str
    line: str  # of kernels
    settings: Dict[str, str]
    fast: bool = False


def _columns():
    for line in ("5.10", "6.1", "6.12", "newest"):
        for layout in ("v2", "hybrid", "v1"):
            yield Column(f"{line}-{layout}", line, {"layout": layout}, fast=layout == "v2")
        yield Column(f"{line}-btf-hidden", line, {"layout": "v2", "btf": "hidden"})
        yield Column(f"{line}-limited", line, {"layout": "v2", "rights": "limited"})
        yield Column(f"{line}-lockdown", line, {"layout": "v2", "kernel": "lockdown=integrity"})


ALL = tuple(_columns())


def expected_failures() -> Dict[tuple, str]:
    """(column or *, test) -> why. A line: column, test, then the reason."""
    found = {}
    with open(os.path.join(_HERE, "expected_failures.txt"), encoding="utf-8") as file:
        for line in file:
            words = line.split(None, 2)
            if len(words) == 3 and not line.startswith("#"):
                found[(words[0], words[1])] = words[2].strip()
    return found
