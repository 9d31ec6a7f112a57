#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates what `culprit diff --format json` writes against its schema, and the schema against
wrong documents.

usage: diff_schema_test.py SCHEMA WRITER
WRITER is the program that writes the golden comparisons into a folder.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

from report_schema_test import wrong_documents

RESULTS = {"different", "no_significant_difference", "too_short", "untested"}


def written(writer):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([writer, folder], check=True, timeout=60)
        return {file.stem: json.loads(file.read_text("utf-8"))
                for file in sorted(pathlib.Path(folder).glob("diff_*.json"))}


def main(schema_path, writer):
    schema = json.loads(pathlib.Path(schema_path).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    documents = written(writer)
    failures = [f"{name}: {list(error.absolute_path)}: {error.message[:200]}"
                for name, document in documents.items() for error in validator.iter_errors(document)]
    if {document["result"] for document in documents.values()} != RESULTS:
        failures.append("not every result is among the golden comparisons")
    wrong = 0
    for what, document in wrong_documents(documents["diff_slower_release"]):
        wrong += 1
        if validator.is_valid(document):
            failures.append(f"accepted although wrong: {what}")
    print("\n".join(failures) or f"{len(documents)} comparisons valid, {wrong} wrong ones refused")
    return 1 if failures or wrong < 100 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
