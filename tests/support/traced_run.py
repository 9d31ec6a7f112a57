# SPDX-License-Identifier: Apache-2.0
"""What a traced run did to the world: reads strace's log of system calls."""
import re
from typing import Dict, List, Set, Tuple

_LINE = re.compile(r"^(\d+)\s+(\w+)\((.*)$")
_RESUMED = re.compile(r"^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$")
_RESULT = re.compile(r"=\s+(-?\d+|\?|0x[0-9a-f]+)(?:\s|$|<)")
_WRITING = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

CHANGING_CALLS = ("mkdir", "mkdirat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "rmdir",
                  "link", "linkat", "symlink", "symlinkat", "truncate", "chmod", "fchmodat", "chown",
                  "fchownat", "lchown", "mknod", "mknodat", "mount", "umount2", "setxattr")
TRACED = ("ptrace", "kill", "tkill", "tgkill", "pidfd_send_signal", "process_vm_writev",
          "process_vm_readv", "open", "openat", "openat2", "creat", "connect", "perf_event_open",
          "bpf", "init_module", "finit_module", "clone", "clone3", "fork", "vfork", *CHANGING_CALLS)


class Call:
    """One system call: name, arguments as strace prints them, whether it succeeded."""

    def __init__(self, pid: int, name: str, text: str):
        self.pid = pid
        self.name = name
        self.text = text
        results = _RESULT.findall(text)
        self.result = int(results[-1], 0) if results and results[-1] != "?" else None

    def succeeded(self) -> bool:
        return self.result is not None and self.result >= 0

    def paths(self) -> List[str]:
        return _QUOTED.findall(self.text)

    def __repr__(self) -> str:
        return f"{self.pid} {self.name}({self.text[:200]}"


def read_log(path: str) -> List[Call]:
    """The calls of a log written by strace -f -o, unfinished ones joined with their ends."""
    calls, begun = [], {}
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            line = line.rstrip("\n")
            resumed = _RESUMED.match(line)
            if resumed:
                pid, name, rest = int(resumed[1]), resumed[2], resumed[3]
                calls.append(Call(pid, name, begun.pop((pid, name), "") + rest))
                continue
            match = _LINE.match(line)
            if not match:
                continue
            pid, name, rest = int(match[1]), match[2], match[3]
            if rest.endswith("<unfinished ...>"):
                begun[(pid, name)] = rest[: -len("<unfinished ...>")]
                continue
            calls.append(Call(pid, name, rest))
    return calls


def own_processes(calls: List[Call]) -> Set[int]:
    """The traced processes and threads themselves."""
    return {call.pid for call in calls} | {
        call.result for call in calls
        if call.name in ("clone", "clone3", "fork", "vfork") and call.result}


def opened_for_writing(calls: List[Call]) -> List[Tuple[str, Call]]:
    found = []
    for call in calls:
        if call.name in ("open", "openat", "openat2", "creat") and call.succeeded():
            if call.name == "creat" or any(flag in call.text for flag in _WRITING):
                found.append(((call.paths() or ["?"])[0], call))
    return found


def by_name(calls: List[Call]) -> Dict[str, List[Call]]:
    found: Dict[str, List[Call]] = {}
    for call in calls:
        found.setdefault(call.name, []).append(call)
    return found
