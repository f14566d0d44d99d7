"""Checks the tests' own rules, which no compiler knows.

Fails when a suite has no time limit, when a test stands outside of a suite, and when a promise of `StoreConformance`
or `DeviceConformance` is written and not in the list that the tests run.
"""

import re
import sys

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
TYPE = re.compile(r"^(?:private |public |final |@MainActor )*(?:struct|class|actor|extension|enum) ([\w.]+)", re.M)
PROMISE = re.compile(r"^  func (\w+)\(\) async throws", re.M)


def suites(text):
    """The attributes of each suite, and the type that follows."""
    for match in re.finditer(r"@Suite\((.*?)\)\s*\n(?:@\w+\s*\n)*(?:private |public |final )*(?:struct|class|actor|enum) (\w+)",
                             text, re.S):
        yield match.group(2), match.group(1)


def without_limit():
    files = {file: file.read_text() for file in sorted(TESTS.rglob("*.swift"))}
    known = {}
    for file, text in files.items():
        for name, attributes in suites(text):
            known[file.parts[len(TESTS.parts)], name] = attributes
            if ".timeLimit(" not in attributes:
                yield f"{file.relative_to(TESTS.parent)}: the suite {name} has no .timeLimit"
        if text.count("@Suite") != len(list(suites(text))):
            yield f"{file.relative_to(TESTS.parent)}: a @Suite that this check cannot read"
    for file, text in files.items():
        for match in re.finditer(r"^ *@Test\b", text, re.M):
            owners = TYPE.findall(text, 0, match.start())
            if not owners or (file.parts[len(TESTS.parts)], owners[-1]) not in known:
                line = text.count("\n", 0, match.start()) + 1
                yield f"{file.relative_to(TESTS.parent)}:{line}: a test outside of a suite"


def forgotten_promises():
    for folder, listed in (("StoreConformance", "StoreConformance/Promises.swift"),
                           ("DeviceConformance", "DeviceConformance/Promises.swift")):
        if not (TESTS / folder).exists():
            continue
        used = (TESTS / listed).read_text()
        for file in sorted((TESTS / folder).glob("*.swift")):
            for name in PROMISE.findall(file.read_text()):
                if f"$0.{name}()" not in used:
                    yield f"{file.relative_to(TESTS.parent)}: the promise {name} is not in {listed}"


def main():
    wrong = [*without_limit(), *forgotten_promises()]
    print("\n".join(wrong) if wrong else "every suite has a time limit, every promise is run")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
