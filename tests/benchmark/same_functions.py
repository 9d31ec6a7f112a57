# SPDX-License-Identifier: Apache-2.0
"""The inclusive shares of a program's busiest functions, ours beside those of perf's copied stacks."""
import datetime
import re
import tempfile
import time
from collections import Counter
from typing import Any, Dict, Iterable, List, Tuple

import program_image
import stage
from code_files import OUTERMOST, CodeFiles
from docker_engine import PrivateEngine
from peers import Perf, Place
from process_watch import Watch
from programs import Program
from whole_stacks import PATIENCE, is_whole

# More than usual: a share of one half is known to a point with 2,500 samples only.
FREQUENCY = 399
# What perf copies of each stack.
CALL_GRAPH = "dwarf,32768"
FUNCTIONS = 20
TOLERANCE = 0.03
PLACE = re.compile(r"\[(.+)\+0x([0-9a-f]+)\]$")

# Outermost first, without repetition; and how often.
Names = Tuple[List[str], int]


def measure(engine: PrivateEngine, program: Program, seconds: float) -> Dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="culprit-bench-") as folder, \
            stage.running(engine, program, seconds + PATIENCE) as actor:
        with Watch(actor.cgroup) as watch:
            perf = Perf(folder, FREQUENCY, CALL_GRAPH)
            try:
                ours = stage.Investigation(engine, actor, seconds, FREQUENCY, folder, "--no-inlines")
                ours.await_end()
            finally:
                perf.stop()
        files = CodeFiles(actor.root, program_image.debug_files())
        stacks = list(perf.stacks(watch, actor.root, window_of(ours.report)))
        theirs = inclusive([_names(stack.places, files), stack.samples] for stack in stacks)
        spelling = _Spelling(files, watch.paths_by_name())
        folded = ours.folded(actor.name)
        mine = inclusive([list(map(spelling.of, stack.frames)), stack.samples] for stack in folded)
        actor.require_life()
        whole = sum(stack.samples for stack in stacks if is_whole(stack.places, files))
        return {"samples": sum(stack.samples for stack in folded), "peer_samples": len(stacks),
                "whole": ours.report["stacks"]["whole_share"],
                "cut_by_reason": ours.report["stacks"]["cut_by_reason"], "peer_whole": whole / max(1, len(stacks)),
                "functions": compare(mine, theirs)}


def window_of(report: Dict[str, Any]) -> Tuple[float, float]:
    """Begin and end of what culprit observed, on the clock that perf was told to use."""
    start = datetime.datetime.fromisoformat(report["window"]["start"]).timestamp()
    begin = start - time.time() + time.monotonic()
    return begin, begin + report["window"]["duration_s"]


def inclusive(stacks: Iterable[Any]) -> Dict[str, float]:
    """Each function's share of the samples that it is anywhere in."""
    totals: Counter = Counter()
    samples = 0
    for names, count in stacks:
        if not names:
            continue
        samples += count
        for name in set(names):
            totals[name] += count
    return {name: count / samples for name, count in totals.items()} if samples else {}


def compare(mine: Dict[str, float], theirs: Dict[str, float]) -> List[Dict[str, Any]]:
    """The functions that are the busiest in the peer's eyes. Where threads begin is another question:
    walkers differ in whether they show that."""
    ranked = sorted((name for name in theirs if name not in OUTERMOST and name != "[unknown]"),
                    key=lambda name: (-theirs[name], name))
    return [{"function": name, "ours": mine.get(name, 0), "peer": theirs[name]}
            for name in ranked[:FUNCTIONS]]


def worst(functions: List[Dict[str, Any]]) -> float:
    return max((abs(row["ours"] - row["peer"]) for row in functions), default=0)


def _names(places: List[Place], files: CodeFiles) -> List[str]:
    named = []
    for depth, place in enumerate(places):
        file = files.get(place[0]) if place and place[0] else None
        address = file.in_file(place[1]) if file and place else None
        if file is None or address is None:
            named.append("[unknown]")
        else:
            # All but the innermost are return addresses, which may lie behind their function.
            named.append(file.function(address - (depth > 0)))
    return named


class _Spelling:
    """One name for a function, whichever of its names, or none, a report has for it."""

    def __init__(self, files: CodeFiles, paths: Dict[str, str]):
        self._files, self._paths = files, paths
        self._known: Dict[str, str] = {}
        for file in files.seen():
            for name, chosen in file.aliases():
                self._known.setdefault(name, chosen)

    def of(self, frame: str) -> str:
        if frame not in self._known:
            self._known[frame] = self._by_place(frame)
        return self._known[frame]

    def _by_place(self, frame: str) -> str:
        found = PLACE.match(frame)
        path = self._paths.get(found.group(1)) if found else None
        file = self._files.get(path) if path else None
        if found is None or file is None:
            return frame
        address = file.in_file(int(found.group(2), 16))
        # Reports tell the call, not the return address.
        return frame if address is None else file.function(address)
