# SPDX-License-Identifier: Apache-2.0
"""How often `culprit diff` errs, and how often it finds what is there: real recordings of one release
and of a slower one, taken in turns, compared part by part."""
import contextlib
import json
import os
import subprocess
from typing import Any, Callable, ContextManager, Dict, List, NamedTuple

import culprit
from workload import Workload, victim

FUNCTION = "parse_request"
SLOWER_PER_CENT = 10

Row = Dict[str, Any]


class Plan(NamedTuple):
    """How much is recorded, and how it is cut."""

    rounds: int
    seconds: int
    part: int
    frequency: int


def recordings(folder: str, plan: Plan, lock: Callable[[], ContextManager[Any]],
               progress: Callable[[str], None]) -> Dict[str, List[str]]:
    """Of both releases, in turns; what lies in the folder already is not recorded again."""
    files: Dict[str, List[str]] = {"0": [], str(SLOWER_PER_CENT): []}
    for number in range(plan.rounds):
        for slower, recorded in files.items():
            path = os.path.join(folder, f"{slower}-{number}.culprit")
            recorded.append(path)
            if os.path.exists(path):
                continue
            progress(f"round {number + 1} of {plan.rounds}, {slower} % slower")
            with lock():
                record(path + ".part", slower, plan)
            os.rename(path + ".part", path)
    return files


def measure(program: str, plan: Plan, files: Dict[str, List[str]]) -> List[Row]:
    """The rows that `program`, diff_power, gives for these recordings."""
    same, slower = files.values()
    done = subprocess.run(["nice", program, FUNCTION, str(plan.part), "100", *same, "--", *slower],
                          check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def record(path: str, slower: str, plan: Plan) -> None:
    with contextlib.ExitStack() as stack:
        command = [victim("release"), str(plan.seconds + 30), slower]
        workload = stack.enter_context(Workload("release", command))
        done = culprit.run("record", "-o", path, "--container", workload.name, "--duration", f"{plan.seconds}s",
                           "--frequency", str(plan.frequency), timeout=plan.seconds + 90)
    if done.code not in (culprit.EXIT_OK, culprit.EXIT_LOST):
        raise SystemExit(f"tools/bench: {done!r}")


def table_rows(rows: List[Row]) -> List[List[str]]:
    """A line for each kind of pair: alarms of equal pairs, findings of others."""
    same = {key(row): row for row in rows if row["what"] == "same"}
    lines = []
    for row in rows:
        if row["what"] != "slower":
            continue
        equal = same[key(row)]
        lines.append([row["source"], f"{row['seconds']:.0f} s", f"{round_number(row['samples'])}",
                      f"{equal['any']} of {equal['pairs']}", f"{row['found']} of {row['pairs']}",
                      f"{100 * row['detectable']:.1f} points", f"{row['tests']:.0f}"])
    return lines


HEAD = ["pairs", "length", "samples", "false alarms", f"{SLOWER_PER_CENT} % slower found",
        "found 8 times of 10", "tests"]


def key(row: Row) -> Any:
    return row["source"], row["seconds"], row["kept"]


def round_number(value: float) -> int:
    """Two digits that mean something."""
    digits = max(0, len(str(int(value))) - 2)
    return int(round(value, -digits))
