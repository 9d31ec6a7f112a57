# SPDX-License-Identifier: Apache-2.0
"""Runs the binary under test and reads its report."""
import json
import subprocess
from typing import Any, Dict, List, Optional, Sequence

from requirements import path_from_environment

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_MATCHED, EXIT_LOST, EXIT_BLIND = range(6)

# Kinds that say "busy", not "guilty".
HONEST_KINDS = ("long_computation", "hot_path")


def binary() -> str:
    return path_from_environment("CULPRIT_BINARY")


class Report:
    """report.json with the questions that tests ask."""

    def __init__(self, data: Dict[str, Any]):
        self.data = data

    def findings(self, workload: str) -> List[Dict[str, Any]]:
        """The findings about the workload of that name, cgroup or container id."""
        return [finding for finding in self.data["findings"] if _is_about(finding, workload)]

    def culprits(self, workload: str) -> List[Dict[str, Any]]:
        """The accusations against it: role culprit, and more than merely being busy."""
        return [finding for finding in self.findings(workload)
                if finding["role"] == "culprit" and finding["kind"] not in HONEST_KINDS]

    def finding(self, workload: str, kind: str) -> Optional[Dict[str, Any]]:
        for finding in self.findings(workload):
            if finding["kind"] == kind:
                return finding
        return None

    def container(self, workload: str) -> Optional[Dict[str, Any]]:
        for container in self.data["containers"]:
            if _names(container, workload):
                return container
        return None

    def told(self, workload: str) -> str:
        """All that was said of a workload, for a failed assertion's message."""
        lines = [f"verdict: {self.data['verdict']}", f"about {workload}:"]
        lines += [_brief(finding) for finding in self.findings(workload)] or ["  nothing"]
        lines.append("in all:")
        lines += [_brief(finding) for finding in self.data["findings"]]
        lines.append(f"cpu: {[(c['name'], c['cpu_cores']) for c in self.data['containers'][:8]]}")
        lines.append(f"lost: {self.data['window']['lost']}")
        lines += [f"limit: {limit['what']}: {limit['why']}" for limit in self.data["limits"]]
        return "\n".join(lines)


def frames(finding: Dict[str, Any]) -> List[str]:
    """The functions on the blamed path, wherever they stand in it."""
    where = finding.get("where") or {}
    named = [frame.get("function", "") for frame in where.get("frames", [])]
    return named + [where.get("function", "")]


def amount(value: Any) -> float:
    """A number, or the value of an estimate with its error."""
    return value["value"] if isinstance(value, dict) else value


def _names(container: Dict[str, Any], workload: str) -> bool:
    cgroup = container.get("cgroup", "") or ""
    return (container.get("name") == workload or container.get("id") == workload
            or cgroup.strip("/").split("/")[-1:] == [workload])


def _is_about(finding: Dict[str, Any], workload: str) -> bool:
    group = finding.get("group") or {}
    return _names(finding.get("container") or {}, workload) or workload in group.get("containers", [])


def _brief(finding: Dict[str, Any]) -> str:
    target = finding.get("target") or {}
    container = finding.get("container") or {}
    return (f"  {finding['role']} {finding['kind']} {finding['confidence']} {container.get('name')} "
            f"frames={frames(finding)[-6:]} target={target} cost={finding.get('cost')}")


class Run:
    """One finished run of the binary."""

    def __init__(self, arguments: Sequence[str], code: int, output: str, errors: str):
        self.arguments = list(arguments)
        self.code = code
        self.output = output
        self.errors = errors

    @property
    def report(self) -> Report:
        try:
            return Report(json.loads(self.output))
        except ValueError as error:
            raise AssertionError(f"no JSON on standard output ({error}): {self!r}") from error

    def __repr__(self) -> str:
        return (f"culprit {' '.join(self.arguments)}\nexit code {self.code}\n"
                f"stdout: {self.output[-2000:]}\nstderr: {self.errors[-2000:]}")


def start(*arguments: str, **options: Any) -> subprocess.Popen:
    """Starts the binary with pipes; `prefix` is a command to run it under."""
    prefix = list(options.pop("prefix", ()))
    return start_command(prefix + [binary(), *arguments], **options)


def start_command(command: Sequence[str], **options: Any) -> subprocess.Popen:
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
               "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(list(command), **options)


def finish(process: subprocess.Popen, arguments: Sequence[str] = (), timeout: float = 60) -> Run:
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        raise AssertionError(f"did not end within {timeout} s: {arguments}\n"
                             f"{errors.decode(errors='replace')[-2000:]}") from None
    return Run(arguments, process.returncode, (output or b"").decode(errors="replace"),
               errors.decode(errors="replace"))


def run(*arguments: str, timeout: float = 60, **options: Any) -> Run:
    return finish(start(*arguments, **options), arguments, timeout)


def investigate(*arguments: str, seconds: float = 6, expect: Sequence[int] = (EXIT_OK,),
                **options: Any) -> Report:
    """An investigation without an engine's names; the report as JSON."""
    done = run("investigate", "--duration", f"{seconds}s", "--format", "json", *arguments,
               timeout=seconds * 4 + 40, **options)
    if done.code not in expect:
        raise AssertionError(f"exit code {done.code} is none of {expect}: {done!r}")
    return done.report

