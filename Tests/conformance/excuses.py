"""Holds the result of a conformance run against the items that are excused.

Usage: excuses.py RESULT.json conformance-skips.md

A MUST item passes if it passed in every version, or was skipped because no client can see it from outside. Any other
skip must be listed in the table, also of one experiment of several, and nothing may be listed that passes: the table
stays true. Of a whole run, less than 5 % may be skipped.

Items below the heading "Not built yet" have to fail: what they are about is announced, and comes.
"""

import json
import re
import sys

MOST_SKIPPED = 5  # %
WHOLE = 600  # items, at least, of a run that leaves nothing out


PENDING = "## Not built yet"


def excused(text: str) -> set[int]:
    """The item numbers of a table: rows whose first cell holds numbers and ranges."""
    items: set[int] = set()
    for line in text.split("\n"):
        cell = line.split("|")[1].strip() if line.startswith("|") else ""
        if not re.fullmatch(r"\d+(-\d+)?(, \d+(-\d+)?)*", cell):
            continue
        for part in cell.split(", "):
            ends = [int(end) for end in part.split("-")]
            items.update(range(ends[0], ends[-1] + 1))
    return items


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        items = json.load(file)["items"]
    with open(sys.argv[2], encoding="utf-8") as file:
        table, _, later = file.read().partition(PENDING)
    allowed, pending = excused(table), excused(later)
    must = [item for item in items if item["level"] == "MUST"]
    failed, unexcused, unseen, passed, partly, expected = [], [], [], [], [], []
    for item in must:
        outcomes = item["outcomes"]
        skips = [outcome for outcome in outcomes if outcome["result"] == "skipped"]
        if item["result"] == "failed":
            (expected if item["item"] in pending else failed).append(item)
        elif not skips:
            passed.append(item)
            unmade = [skip for outcome in outcomes for skip in outcome.get("unmade", [])]
            if any(skip["kind"] == "missing" for skip in unmade) and item["item"] not in allowed:
                partly.append((item, sorted({skip["reason"] for skip in unmade})))
        elif all(skip["kind"] == "unseen" for skip in skips):
            unseen.append(item)
        elif item["item"] not in allowed:
            unexcused.append(item)
    asked = {item["item"] for item in items}
    whole = [item for item in passed if not any("unmade" in outcome for outcome in item["outcomes"])]
    stale = sorted(item["item"] for item in whole + unseen if item["item"] in allowed) + sorted(
        number for number in allowed & asked if number not in {item["item"] for item in must}
    )
    counts = {"MUST": len(must), "passed": len(passed), "failed": len(failed), "cannot be seen": len(unseen)}
    counts["excused"] = len(must) - len(passed) - len(failed) - len(unseen) - len(unexcused) - len(expected)
    if expected:
        counts["not built yet"] = len(expected)
    print("\nconformance: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    others = [item for item in items if item["level"] != "MUST" and item["result"] == "failed"]
    for item in others:
        print(f"  {item['level']} item {item['item']} failed: {item['statement']}")
    built = sorted(item["item"] for item in items if item["item"] in pending and item["result"] != "failed")
    for number in built:
        print(f"  BUILT  {number}: remove it from conformance-skips.md")
    for item in failed:
        print(f"  FAILED  {item['item']}: {item['statement']}")
    for item in unexcused:
        reasons = {outcome["reason"] for outcome in item["outcomes"] if outcome["result"] == "skipped"}
        print(f"  SKIPPED WITHOUT EXCUSE  {item['item']}: {item['statement']} ({'; '.join(sorted(reasons))})")
    for item, reasons in partly:
        print(f"  SHOWN IN PART  {item['item']}: {item['statement']} ({'; '.join(reasons)})")
    left_out = [item for item in items if item["result"] == "skipped"]
    share = 100 * len(left_out) / len(items) if items else 0
    print(f"  {len(left_out)} of {len(items)} items skipped: {share:.1f} %")
    # What was asked for with --items is the caller's affair.
    too_many = len(items) >= WHOLE and share >= MOST_SKIPPED
    if too_many:
        print(f"  TOO MANY SKIPPED  {MOST_SKIPPED} % or more")
    for number in stale:
        print(f"  EXCUSED FOR NOTHING  {number}: remove it from conformance-skips.md")
    return 1 if failed or unexcused or partly or stale or too_many or built else 0


if __name__ == "__main__":
    sys.exit(main())
