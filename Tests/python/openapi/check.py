"""Holds every recorded answer of the test-suite against Specs/openapi/openapi.yaml.

    COUNTERSIGN_EXCHANGES=FOLDER swift test
    python -m openapi.check FOLDER

Fails if the document is faulty; if an exchange is not as documented; if nothing was recorded; if an operation never
succeeded; or if a text of the error tables was never said. What no test can bring about stands below with the reason.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from openapi.document import Document
from openapi.exchange import Wrong, check

# Operations that no test can make succeed, and why. One that does succeed must be taken out.
NEVER_SUCCEEDS = {}

# Texts that no test can provoke, as the failure names them, and why.
_POLLING = "POST /csc/v2/signatures/signPolling 400: "
NEVER_SAID = {
    text: "needs a device that fails while a job waits; JobTests has it without HTTP"
    for text in [
        _POLLING + "Invalid parameter signAlgoParams",
        _POLLING + "The authorization server encountered an unexpected condition that prevented it from fulfilling "
        "the request.",
        _POLLING + "The authorization server is currently unable to handle the request due to a temporary overloading "
        "or maintenance of the server.",
    ]
}


def exchanges(folder):
    for file in sorted(folder.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                yield f"{file.name}:{number}", json.loads(line)


def run(document, recorded, never_succeeds=NEVER_SUCCEEDS, never_said=NEVER_SAID, out=print):
    """The number of failures."""
    failures = 0

    def fail(message):
        nonlocal failures
        failures += 1
        out(f"FAILED {message}")

    for fault in document.faults():
        fail(f"document: {fault}")
    counts, succeeded, said, wrong = Counter(), set(), set(), Counter()
    for place, exchange in recorded:
        try:
            result = check(document, exchange)
        except Wrong as error:
            message = f"{exchange['method']} {exchange['path']} {exchange['status']}: {error}"
            wrong[message] += 1
            if wrong[message] == 1:
                out(f"FAILED {message} ({place})")
            continue
        counts[result.operation, exchange["status"]] += 1
        said.add(result.said)
        if result.is_success:
            succeeded.add(result.operation)
    failures += wrong.total()
    if not counts and not wrong:
        fail("nothing was recorded")

    names = [operation.name for operation in document.operations]
    for name in [*names, "anything else"]:
        statuses = sorted(status for other, status in counts if other == name)
        if statuses:
            out(f"{name}: " + ", ".join(f"{status} × {counts[name, status]}" for status in statuses))
    for name in names:
        if name not in succeeded and name not in never_succeeds:
            fail(f"{name} was never exercised with success")
    for name in sorted(never_succeeds):
        if name in succeeded or name not in names:
            fail(f"NEVER_SUCCEEDS should not have {name}")

    # Named by the first method that gives it. Methods that never succeed need not fail in every way either.
    texts = {
        f"{' '.join(givers[0])}: {place[1]}": place
        for place, givers in document.texts().items()
        if not all(name in never_succeeds for name, _ in givers)
    }
    for text, place in texts.items():
        if place not in said and text not in never_said:
            fail(f"no test provokes: {text}")
    for text in sorted(never_said):
        if texts.get(text) is None or texts[text] in said:
            fail(f"NEVER_SAID should not have: {text}")
    out(
        f"{counts.total()} answers as documented, {wrong.total()} not; {len(succeeded)} of {len(names)} operations "
        f"succeeded; {len(said & set(texts.values()))} of {len(texts)} error texts were seen"
    )
    return failures


def main():
    parser = argparse.ArgumentParser(description="Hold recorded answers against the OpenAPI document.")
    parser.add_argument("folder", type=Path, help="the folder that COUNTERSIGN_EXCHANGES named")
    arguments = parser.parse_args()
    failures = run(Document(), exchanges(arguments.folder))
    sys.exit(f"{failures} failed" if failures else 0)


if __name__ == "__main__":
    main()
