# SPDX-License-Identifier: Apache-2.0
"""The share of user stacks that reach their thread's outermost frame: ours and others'."""
import re
import tempfile
from collections import Counter
from typing import Any, Dict, Iterable, List

import program_image
import stage
from code_files import OUTERMOST, CodeFiles
from docker_engine import PrivateEngine
from peers import Bpftrace, LibbpfProfile, Perf, Place, SeenStack
from process_watch import Watch
from programs import Program

FREQUENCY = 99
# While peers find names, which takes some of them long. The load goes on meanwhile.
PATIENCE = 90
TRUNCATED = "[truncated stack]"
AIM = 0.99


def measure(engine: PrivateEngine, program: Program, seconds: float) -> Dict[str, Any]:
    """All profilers at the same time on the same load."""
    with tempfile.TemporaryDirectory(prefix="culprit-bench-") as folder, \
            stage.running(engine, program, seconds + PATIENCE) as actor:
        with Watch(actor.cgroup) as watch:
            peers = {"perf": Perf(folder, FREQUENCY), "bpftrace": Bpftrace(FREQUENCY, actor.cgroup),
                     "libbpf": LibbpfProfile(FREQUENCY)}
            try:
                ours = stage.Investigation(engine, actor, seconds, FREQUENCY, folder)
                ours.await_end()
            finally:
                for peer in peers.values():
                    peer.stop()
        files = CodeFiles(actor.root, program_image.debug_files())
        result = _ours(ours, actor, files, watch)
        result["peers"] = {"perf": _share(peers["perf"].stacks(watch, actor.root), files),
                           "bpftrace": _share(peers["bpftrace"].stacks(watch), files),
                           "libbpf": _share(peers["libbpf"].stacks(watch), files)}
        actor.require_life()
        return result


def _ours(ours: stage.Investigation, actor: stage.Actor, files: CodeFiles, watch: Watch) -> Dict[str, Any]:
    report = ours.report
    stacks = report["stacks"]
    folded = ours.folded(actor.name)
    names = watch.paths_by_name()
    begins: Counter = Counter()
    judged: Counter = Counter()
    for stack in folded:
        if not stack.frames:
            continue  # the kernel's alone
        whole = stack.frames[0] != TRUNCATED and _is_outermost_name(stack.frames[0], files, names)
        judged[whole] += stack.samples
        if not whole:
            begins[";".join(stack.frames[:3])] += stack.samples
    return {"samples": stacks["samples"], "whole": stacks["whole_share"],
            "judged": judged[True] / max(1, sum(judged.values())), "judged_samples": sum(judged.values()),
            "cut_by_reason": stacks["cut_by_reason"], "begins": begins.most_common(8),
            "lost": report["window"]["lost"]}


def _is_outermost_name(frame: str, files: CodeFiles, names: Dict[str, str]) -> bool:
    """By the name that the report gives, or the place in a file where there is none."""
    if frame in OUTERMOST:
        return True
    found = re.match(r"\[(.+)\+0x([0-9a-f]+)\]$", frame)
    path = names.get(found.group(1)) if found else None
    return found is not None and path is not None and _is_outermost((path, int(found.group(2), 16)), files)


def _share(stacks: Iterable[SeenStack], files: CodeFiles) -> Dict[str, Any]:
    whole = total = 0
    for stack in stacks:
        total += stack.samples
        whole += stack.samples if is_whole(stack.places, files) else 0
    return {"samples": total, "whole": whole / total if total else None}


def is_whole(places: List[Place], files: CodeFiles) -> bool:
    """Its outermost frame is one that nobody called. What a walker adds beyond, where no code is, is
    forgiven."""
    known = [place for place in places if place is not None]
    return bool(known) and _is_outermost(known[-1], files)


def _is_outermost(place: Place, files: CodeFiles) -> bool:
    if place is None or not place[0]:
        return False
    file = files.get(place[0])
    address = file.in_file(place[1]) if file is not None else None
    # A return address may lie behind its function's last byte.
    return file is not None and address is not None and file.is_outermost(address - 1)
