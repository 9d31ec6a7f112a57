# SPDX-License-Identifier: Apache-2.0
"""Recursion through C functions, JSON, regular expressions, collection of garbage."""
import functools
import gc
import json
import re
import sys
import time


def through_c(depth: int) -> int:
    """Each level is a Python function and the C functions that call it back."""
    if depth == 0:
        return len(json.dumps([{"key": number, "text": "x" * 20} for number in range(50)]))
    return functools.reduce(lambda total, step: total + step(depth - 1), [through_c], 0)


class Ordered:
    def __init__(self, number: int):
        self.number = number

    def __lt__(self, other: "Ordered") -> bool:
        return self.number < other.number


def main() -> None:
    deadline = time.monotonic() + float(sys.argv[1])
    text = "word " * 200 + "12:34:56"
    while time.monotonic() < deadline:
        through_c(40)
        sorted(Ordered(number * 7919 % 1009) for number in range(500))
        re.findall(r"(\w+\s)+?(\d+):(\d+)", text[-60:])
        json.loads(json.dumps(list(range(2000))))
        gc.collect(0)


main()
