# SPDX-License-Identifier: Apache-2.0
"""The outcome of the matrix for people: rows are tests, columns are machines."""
from typing import Dict, List

from virtual_machine import Outcome

_BEGIN = "<!-- matrix: written by run_matrix --write-table -->\n"
_END = "<!-- end of matrix -->\n"
_SIGNS = {"PASS": "✓", "FAIL": "✗", "SKIP": "–"}

Expected = Dict[tuple, str]


def complaints(outcomes: Dict[str, Outcome], expected: Expected) -> List[str]:
    """Everything that is not as expected, a line each."""
    found = []
    for column, outcome in outcomes.items():
        if not outcome.complete:
            found.append(f"{column}: {len(outcome.verdicts)} verdicts of {outcome.expected or '?'} tests")
        for test, (word, reason) in sorted(outcome.verdicts.items()):
            known = expected.get((column, test)) or expected.get(("*", test))
            if word == "PASS" and known:
                found.append(f"{column}: {test} passes, and expected_failures.txt says: {known}")
            elif word != "PASS" and not known:
                found.append(f"{column}: {word} {test}: {reason}")
    return found


def _rows(outcomes: Dict[str, Outcome]) -> List[str]:
    tests = sorted({test for outcome in outcomes.values() for test in outcome.verdicts})
    lines = ["| | " + " | ".join(outcomes) + " |", "| --- |" + " --- |" * len(outcomes)]
    for test in tests:
        signs = [_SIGNS[outcome.verdicts[test][0]] if test in outcome.verdicts else "?"
                 for outcome in outcomes.values()]
        lines.append(f"| `{test}` | " + " | ".join(signs) + " |")
    counts = [f"{outcome.count('PASS')}/{outcome.expected}" for outcome in outcomes.values()]
    return lines + ["| passed | " + " | ".join(counts) + " |"]


def _reasons(outcomes: Dict[str, Outcome], expected: Expected) -> List[str]:
    lines = []
    for column, outcome in outcomes.items():
        for test, (word, reason) in sorted(outcome.verdicts.items()):
            if word != "PASS":
                known = expected.get((column, test)) or expected.get(("*", test)) or reason
                lines.append(f"- {_SIGNS[word]} {column} `{test}`: {known.replace('|', '/')}")
    return lines


def write_into(readme: str, outcomes: Dict[str, Outcome], expected: Expected) -> None:
    with open(readme, encoding="utf-8") as file:
        before, _, rest = file.read().partition(_BEGIN)
    after = rest.partition(_END)[2]
    releases = ", ".join(dict.fromkeys(outcome.release for outcome in outcomes.values() if outcome.release))
    body = [f"Kernels: {releases}.", "", *_rows(outcomes), ""] + _reasons(outcomes, expected)
    with open(readme, "w", encoding="utf-8") as file:
        file.write(before + _BEGIN + "\n".join(body).rstrip() + "\n" + _END + after)
