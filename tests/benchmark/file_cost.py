# SPDX-License-Identifier: Apache-2.0
"""What a file costs: making its unwind table, and naming addresses in it, beside addr2line and perf."""
import json
import os
import random
import subprocess
import tempfile
import time
from typing import Any, Dict, List

from code_files import CodeFile

# The first of each that is there.
FILES = {"C library": ("/lib/x86_64-linux-gnu/libc.so.6",),
         "libcrypto": ("/usr/lib/x86_64-linux-gnu/libcrypto.so.3",),
         "python3": ("/usr/bin/python3.11",),
         "node": ("/usr/lib/x86_64-linux-gnu/libnode.so.108", "/usr/bin/node"),
         "libjvm": ("/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so",),
         "libLLVM": ("/usr/lib/x86_64-linux-gnu/libLLVM-14.so.1",),
         "chromium": ("/usr/lib/chromium/chromium",)}
ADDRESSES = 5000
SEED = 1


def existing_files() -> Dict[str, str]:
    found = {}
    for name, paths in FILES.items():
        for path in paths:
            if os.path.exists(path):
                found[name] = os.path.realpath(path)
                break
    return found


def tables(program: str) -> List[Dict[str, Any]]:
    return [{"name": name, "file_bytes": os.path.getsize(path), **_ask(program, "table", path)}
            for name, path in existing_files().items()]


def names(program: str, own_binary: str) -> List[Dict[str, Any]]:
    """Of a file with symbols only, and of one with line information: culprit's own."""
    found = []
    for name, path in (("libcrypto, dynamic symbols", existing_files().get("libcrypto")),
                       ("culprit, lines and inlined calls", own_binary)):
        if path is None:
            continue
        file = CodeFile(os.path.realpath(path), name, "/nonexistent")
        offsets = _offsets(file)
        told = _ask(program, "names", path, "\n".join(f"{offset:x}" for offset, _ in offsets))
        found.append({"name": name, **told, "addr2line": _addr2line(path, [at for _, at in offsets])})
    return found


def _offsets(file: CodeFile) -> List[Any]:
    """Places in functions, each as the offset in the file and as its own address."""
    chosen = random.Random(SEED)
    places = []
    functions = file.functions
    while functions and len(places) < ADDRESSES:
        function = chosen.choice(functions)
        address = chosen.randrange(function.start, function.end)
        places.append((file.offset_of(address), address))
    return places


def _addr2line(path: str, addresses: List[int]) -> float:
    """Seconds for all of them, names, lines and inlined calls."""
    begin = time.monotonic()
    subprocess.run(["addr2line", "--functions", "--inlines", "--demangle", f"--exe={path}"], check=True,
                   input="\n".join(f"{address:#x}" for address in addresses), text=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
    return time.monotonic() - begin


def perf_script(workload: List[str]) -> Dict[str, Any]:
    """Samples a program and lets perf name what it has seen: addresses a second, all in all."""
    with tempfile.TemporaryDirectory(prefix="culprit-bench-") as folder:
        data = os.path.join(folder, "perf.data")
        subprocess.run(["perf", "record", "--quiet", "--event", "cpu-clock", "--freq", "999", "--call-graph",
                        "fp", "--output", data, "--", *workload], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        command = ["perf", "script", "--input", data, "--no-inline", "--fields"]
        begin = time.monotonic()
        told = subprocess.run([*command, "ip,sym,dso"], check=True, capture_output=True, text=True,
                              errors="replace").stdout
        seconds = time.monotonic() - begin
    frames = [line for line in told.splitlines() if line.strip()]
    return {"addresses": len(frames), "different": len(set(frames)), "seconds": seconds}


def _ask(program: str, what: str, path: str, text: str = "") -> Dict[str, Any]:
    told = subprocess.run([program, what, path], check=True, input=text, capture_output=True, text=True,
                          timeout=300)
    return json.loads(told.stdout)
