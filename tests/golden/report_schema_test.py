#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates what the JSON exporter writes against the schema, and the schema against wrong documents.

usage: report_schema_test.py SCHEMA WRITER
WRITER is the program that writes the golden reports below a folder.
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema


def written_reports(writer):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([writer, folder], check=True, timeout=60)
        files = sorted(pathlib.Path(folder).glob("*/report.json"))
        return {file.parent.name: json.loads(file.read_text("utf-8")) for file in files}


def objects_of(value, path=()):
    """Every object with fixed fields inside a report, with its path."""
    free = path and path[-1] in ("labels", "by_cause", "lost") and path[-2:] != ("window", "lost")
    if isinstance(value, dict) and not free:
        yield path
        for key, inner in value.items():
            yield from objects_of(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects_of(inner, path + (index,))


def at(document, path):
    for step in path:
        document = document[step]
    return document


def wrong_documents(report):
    """Each object once with a field too many and once without each of its fields."""
    for path in objects_of(report):
        changed = copy.deepcopy(report)
        at(changed, path)["unheard_of"] = 1
        yield f"{path} with a field too many", changed
        for key in at(report, path):
            changed = copy.deepcopy(report)
            del at(changed, path)[key]
            yield f"{path} without {key}", changed


def adds_up(report):
    """The cores of all holders, with what nobody had, are the CPUs: the promise of the CPU line."""
    def plain(cores):
        return cores["value"] if isinstance(cores, dict) else cores

    cores = report["host"]["cpu_cores"]
    rest = cores["steal"] + cores["iowait"] + cores["idle"]
    return rest + sum(plain(row["cpu_cores"]) for row in report["containers"])


def main(schema_path, writer):
    schema = json.loads(pathlib.Path(schema_path).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    reports = written_reports(writer)
    failures = []
    for name, report in reports.items():
        for error in validator.iter_errors(report):
            failures.append(f"{name}: {list(error.absolute_path)}: {error.message[:200]}")
    full = reports["looping_backend"]
    wrong = 0
    for what, document in wrong_documents(full):
        wrong += 1
        if validator.is_valid(document):
            failures.append(f"accepted although wrong: {what}")
    if abs(adds_up(full) - full["host"]["cpus"]) > 0.02:
        failures.append(f"cores add up to {adds_up(full)}")
    print("\n".join(failures) or f"{len(reports)} reports valid, {wrong} wrong ones refused")
    return 1 if failures or len(reports) < 5 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
