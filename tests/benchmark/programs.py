# SPDX-License-Identifier: Apache-2.0
"""Stock programs, each with a load that keeps it busy and ends by itself."""
import os
from typing import List, NamedTuple, Tuple

LOADS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "loads")
INSIDE = "/loads"
VICTIMS_INSIDE = "/victims"


class Program(NamedTuple):
    """`settle`: seconds until the load is in full swing. `comparable`: its functions have names, or at
    least bounds, that another unwinder's can be compared with."""

    name: str
    command: Tuple[str, ...]
    settle: float = 3
    comparable: bool = False

    def run_for(self, seconds: float) -> List[str]:
        # The signal is for loads that would go on; they are their container's first process, which
        # ignores gentler ones.
        return ["timeout", "--signal=KILL", str(int(seconds) + 20), *self.command, str(int(seconds))]


def script(interpreter: str, name: str, *options: str) -> Tuple[str, ...]:
    return (interpreter, *options, f"{INSIDE}/{name}")


def shell(name: str) -> Tuple[str, ...]:
    return script("sh", f"{name}.sh")


PROGRAMS = (
    Program("python3", script("python3", "python3.py"), comparable=True),
    Program("redis-server", shell("redis-server"), comparable=True),
    Program("mariadbd", shell("mariadbd"), settle=8),
    Program("nginx", shell("nginx")),
    Program("openssl", shell("openssl"), comparable=True),
    Program("xz", shell("xz"), comparable=True),
    Program("cc1", shell("cc1")),
    Program("perl", script("perl", "perl.pl"), comparable=True),
    Program("sqlite3", shell("sqlite3"), comparable=True),
    Program("ruby", script("ruby", "ruby.rb")),
    Program("php", script("php", "php.php")),
    Program("node", script("node", "node.js")),
    Program("java", script("java", "Load.java", "-XX:+UseParallelGC", "-Xmx1g"), settle=6),
)

# Built with frame pointers: here the others' stacks are whole, too, or the judge is wrong.
CONTROL = Program("endless_loop", (f"{VICTIMS_INSIDE}/endless_loop",), settle=1)


def chosen(names: str) -> List[Program]:
    """Those named, separated by commas; all when nothing is named."""
    if not names:
        return [*PROGRAMS, CONTROL]
    known = {program.name: program for program in (*PROGRAMS, CONTROL)}
    unknown = [name for name in names.split(",") if name not in known]
    if unknown:
        raise SystemExit(f"tools/bench: no such program: {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in names.split(",")]
