"""Holds every recorded answer of the test-suite against Specs/openapi/openapi.yaml.

    COUNTERSIGN_EXCHANGES=FOLDER swift test
    .venv/bin/python Tests/openapi/check.py FOLDER [--unseen]

Fails if the document is faulty; if an exchange is not as documented; if nothing was recorded; or if an operation never
succeeded, unless it stands in NEVER_SUCCEEDS with the reason.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from document import Document, text
from exchange import Wrong, check

# Operations that no test can make succeed, and why. One that does succeed must be taken out.
NEVER_SUCCEEDS = {}


def exchanges(folder):
    for file in sorted(folder.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                yield f"{file.name}:{number}", json.loads(line)


def documented_texts(document, operation):
    """Every (status, error_description) that the operation's schemas spell out."""
    found = set()

    def walk(pointer, status, under):
        node = document.at(pointer)
        if isinstance(node, list):
            for index in range(len(node)):
                if isinstance(node[index], (dict, list)):
                    walk((*pointer, index), status, under)
        elif isinstance(node, dict):
            if under:
                found.update((status, value) for value in [node.get("const"), *node.get("enum", [])] if value)
            for key, child in node.items():
                if isinstance(child, (dict, list)) and key not in ("example", "examples", "headers"):
                    walk((*pointer, key), status, under or key == "error_description")
            if "$ref" in node:
                walk(document.resolve(pointer), status, under)

    for status in operation.definition["responses"]:
        if status[0] in "45" or status == "202":
            walk(document.resolve((*operation.pointer, "responses", status)), status, False)
    return found


def run(document, recorded, exceptions=NEVER_SUCCEEDS, *, show_unseen=False, out=print):
    """The number of failures."""
    failures = 0

    def fail(message):
        nonlocal failures
        failures += 1
        out(f"FAILED {message}")

    for fault in document.faults():
        fail(f"document: {fault}")
    counts, succeeded, texts, wrong = Counter(), set(), defaultdict(set), Counter()
    for place, exchange in recorded:
        title = f"{exchange['method']} {exchange['path']} {exchange['status']}"
        try:
            name, is_success = check(document, exchange)
        except Wrong as error:
            message = f"{title}: {error}"
            wrong[message] += 1
            if wrong[message] == 1:
                out(f"FAILED {message} ({place})")
            continue
        counts[name, exchange["status"]] += 1
        if is_success:
            succeeded.add(name)
        elif isinstance(exchange["body"], str) and exchange["body"].startswith("{"):
            texts[name].add((str(exchange["status"]), json.loads(exchange["body"]).get("error_description")))
    failures += wrong.total()
    if not counts and not wrong:
        fail("nothing was recorded")

    for name in dict.fromkeys([operation.name for operation in document.operations] + ["anything else"]):
        statuses = sorted(status for other, status in counts if other == name)
        if statuses:
            out(f"{name}: " + ", ".join(f"{status} × {counts[name, status]}" for status in statuses))
    for operation in document.operations:
        if operation.name in exceptions:
            if operation.name in succeeded:
                fail(f"{operation.name} succeeded and does not belong into NEVER_SUCCEEDS any more")
        elif operation.name not in succeeded:
            fail(f"{operation.name} was never exercised with success")
    for name in exceptions.keys() - {operation.name for operation in document.operations}:
        fail(f"NEVER_SUCCEEDS has {name}, which is no operation of the document")

    known = unseen = 0
    for operation in document.operations:
        documented = documented_texts(document, operation)
        missing = sorted(documented - texts[operation.name])
        known, unseen = known + len(documented), unseen + len(missing)
        for status, description in missing if show_unseen else ():
            out(f"not seen: {operation.name} {status} {description}")
    out(
        f"{counts.total()} answers as documented, {wrong.total()} not; {len(succeeded)} of {len(document.operations)} "
        f"operations succeeded, {len(exceptions)} are excused; {known - unseen} of {known} error texts were seen"
    )
    return failures


def main():
    parser = argparse.ArgumentParser(description="Hold recorded answers against the OpenAPI document.")
    parser.add_argument("folder", type=Path, help="the folder that COUNTERSIGN_EXCHANGES named")
    parser.add_argument("--unseen", action="store_true", help="list the documented error texts that no test provokes")
    arguments = parser.parse_args()
    failures = run(Document(), exchanges(arguments.folder), show_unseen=arguments.unseen)
    sys.exit(f"{failures} failed" if failures else 0)


if __name__ == "__main__":
    main()
