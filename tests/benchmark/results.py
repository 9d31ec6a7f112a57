# SPDX-License-Identifier: Apache-2.0
"""What was measured, kept as JSON under build/bench, and RESULTS.md made of it."""
import json
import os
import platform
import statistics
from typing import Any, Callable, Dict, List, Optional

import differences
import program_image
import same_functions
import sample_cost
from programs import PROGRAMS, CONTROL
from whole_stacks import AIM

FOLDER = os.path.join(program_image.FOLDER, "results")
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "RESULTS.md")

OURS = "culprit, no frame pointers"

Row = List[str]


def keep(kind: str, name: str, result: Any) -> None:
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, f"{kind}-{name}.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)


def kept(kind: str, name: str) -> Any:
    """Nothing when it was not measured yet."""
    try:
        with open(os.path.join(FOLDER, f"{kind}-{name}.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    release = ".".join(platform.release().split("-")[0].split(".")[:2])
    return f"{os.cpu_count()} CPUs, {memory:.0f} GiB, Linux {release} {platform.machine()}"


def table(head: Row, rows: List[Row]) -> str:
    """Of Markdown, with columns that a terminal shows well, too."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
                     for line in lines)


def percent(share: Optional[float], digits: int = 1) -> str:
    return "-" if share is None else f"{100 * share:.{digits}f} %"


def stacks_table(names: Optional[List[str]] = None) -> str:
    rows = []
    for name in names or [program.name for program in (*PROGRAMS, CONTROL)]:
        result = kept("stacks", name)
        if result is None:
            continue
        theirs = result["peers"]
        cut = ", ".join(f"{reason} {count}" for reason, count in sorted(result["cut_by_reason"].items()))
        rows.append([name, str(result["samples"]), percent(result["whole"]), percent(result["judged"]),
                     *(percent(theirs[peer]["whole"]) for peer in ("perf", "bpftrace", "libbpf")),
                     cut or "-", "" if result["whole"] >= AIM else "below the aim"])
    return table(["program", "stacks", "culprit says", "judged", "perf -g", "bpftrace", "libbpf-tools",
                  "cut", ""], rows)


def compare_table(names: Optional[List[str]] = None) -> str:
    rows = []
    for name in names or [program.name for program in PROGRAMS if program.comparable]:
        result = kept("compare", name)
        if result is None:
            continue
        functions = result["functions"]
        within = sum(abs(row["ours"] - row["peer"]) <= same_functions.TOLERANCE for row in functions)
        mean = statistics.mean(abs(row["ours"] - row["peer"]) for row in functions) if functions else 0
        rows.append([name, str(result["samples"]), str(result["peer_samples"]), percent(result["whole"]),
                     percent(result["peer_whole"]), f"{within} of {len(functions)}",
                     f"{100 * same_functions.worst(functions):.1f}", f"{100 * mean:.1f}"])
    return table(["program", "stacks", "perf's", "whole", "perf's", "within 3 points", "worst", "mean"], rows)


def sample_table() -> str:
    result = kept("cost", "samples")
    if result is None:
        return ""
    base = result["ns"][OURS]
    depths = sorted(base, key=int)
    medians = result["median_ns"]
    rows = []
    for tool, costs in result["ns"].items():
        median = medians[tool]["20"]
        rows.append([tool, *(f"{costs[depth]:.0f}" for depth in depths),
                     f"{sample_cost.per_frame(costs):.0f}", f"{base['20'] / costs['20']:.2f}", f"{median:.0f}",
                     f"{medians[OURS]['20'] / median:.2f}"])
    return table(["ns a sample, lowest of the rounds", *(f"{depth} frames" for depth in depths), "a frame",
                  "culprit / it, at 20", "median at 20", "culprit / it"], rows)


def tables_table() -> str:
    rows = []
    for row in kept("cost", "tables") or []:
        megabytes = row["section_bytes"] / 1e6
        rows.append([row["name"], f"{row['file_bytes'] / 1e6:.0f}", f"{megabytes:.2f}", str(row["rows"]),
                     f"{row['block_bytes'] / row['rows']:.2f}", f"{1000 * row['seconds']:.1f}",
                     f"{1000 * row['seconds'] / megabytes:.1f}"])
    return table(["file", "MB", "MB of .eh_frame", "rows", "bytes a row", "ms", "ms a MB of .eh_frame"], rows)


def names_table() -> str:
    rows = []
    for row in kept("cost", "names") or []:
        for what, seconds in (("cold", row["cold"]), ("warm", row["warm"]), ("addr2line", row["addr2line"])):
            rows.append([row["name"], what, f"{row['offsets'] / seconds:.0f}",
                         f"{row['addr2line'] / seconds:.1f}"])
    script = kept("cost", "perf-script")
    if script:
        rows.append(["perl and the C library", "perf script",
                     f"{script['addresses'] / script['seconds']:.0f}", "-"])
    return table(["file", "", "addresses a second", "times addr2line"], rows)


def differences_table() -> str:
    return table(differences.HEAD, differences.table_rows(kept("diff", "release") or []))


SECTIONS: Dict[str, Callable[[], str]] = {
    "Whole stacks": stacks_table, "The same functions": compare_table, "A sample": sample_table,
    "Unwind tables": tables_table, "Names": names_table,
    "Differences": differences_table}


def page() -> str:
    parts = ["# Measured", "", f"By `tools/bench`, on {machine()}. [README.md](README.md) says what each "
             "column means. This file is written by `tools/bench ... --write`."]
    for title, section in SECTIONS.items():
        parts += ["", f"## {title}", section()]
    return "\n".join(parts) + "\n"


def write_section(title: str) -> None:
    """That section anew, or as the last one; the others as they are, whoever measured them."""
    with open(PAGE, encoding="utf-8") as file:
        head, *sections = file.read().rstrip("\n").split("\n\n## ")
    texts = dict(section.split("\n", 1) for section in sections)
    texts[title] = SECTIONS[title]()
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write("\n\n## ".join([head, *(f"{name}\n{text}" for name, text in texts.items())]) + "\n")


def write_page() -> None:
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page())
