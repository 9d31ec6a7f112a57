# SPDX-License-Identifier: Apache-2.0
"""One boot of one kernel under QEMU's software emulation, read through its serial line."""
import os
import re
import selectors
import subprocess
import time
from typing import Dict, List, NamedTuple, Tuple

# A console may put its own messages and carriage returns between ours.
_LINE = re.compile(r"^(PASS|FAIL|SKIP) (\S+)(?: # (.*))?$")


class Outcome(NamedTuple):
    """What the serial line said. passed, failed, skipped: test -> reason."""
    release: str
    expected: int
    verdicts: Dict[str, Tuple[str, str]]
    ended: bool
    seconds: float

    def count(self, word: str) -> int:
        return sum(1 for verdict, _ in self.verdicts.values() if verdict == word)

    @property
    def complete(self) -> bool:
        """As many verdicts as there are tests: a machine that hung must not look like one that passed."""
        return self.ended and self.expected > 0 and len(self.verdicts) >= self.expected


def _command(image: str, initramfs: str, settings: Dict[str, str]) -> List[str]:
    words = [f"culprit.{key}={value}" for key, value in settings.items() if key != "kernel"]
    words += [settings["kernel"]] if settings.get("kernel") else []
    line = " ".join(["console=ttyS0", "quiet", "panic=-1", "mitigations=off", *words])
    return ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1536",
            "-kernel", image, "-initrd", initramfs, "-append", line, "-nographic", "-no-reboot",
            "-nodefaults", "-serial", "stdio", "-monitor", "none", "-net", "none"]


def _read_until_end(process: subprocess.Popen, log_path: str, seconds: float) -> bytes:
    assert process.stdout is not None
    text = b""
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector, open(log_path, "wb") as log:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if not selector.select(timeout=1):
                continue
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                break
            log.write(chunk)
            log.flush()
            text += chunk
    return text


def _understood(text: str, seconds: float) -> Outcome:
    release, expected, ended = "", 0, False
    verdicts: Dict[str, Tuple[str, str]] = {}
    for line in text.replace("\r", "").splitlines():
        verdict = _LINE.match(line)
        if verdict:
            word, test, reason = verdict.groups()
            verdicts[test] = (word, reason or "")
        elif line.startswith("KERNEL "):
            release = line.split()[1]
        elif line.startswith("COUNT "):
            expected = int(line.split()[1])
        elif line.startswith("END "):
            ended = True
    return Outcome(release, expected, verdicts, ended, seconds)


def boot(image: str, initramfs: str, settings: Dict[str, str], log_path: str, seconds: float) -> Outcome:
    """Boots, waits for the machine to power itself off, at most so long. Keeps what it said in a file."""
    started = time.monotonic()
    process = subprocess.Popen(_command(image, initramfs, settings), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        text = _read_until_end(process, log_path, seconds)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    return _understood(text.decode(errors="replace"), time.monotonic() - started)
