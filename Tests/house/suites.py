"""Checks the tests' own rules, which no compiler knows.

Fails when a suite has no time limit, when a test stands outside of a suite, when a promise of `StoreConformance` is
written and not in the list that the tests run, when a test of `make unit` needs a token or a program that runs, and when
a test waits without an end.
"""

import re
import sys

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
TYPE = re.compile(r"^(?:private |public |final |@MainActor )*(?:struct|class|actor|extension|enum) ([\w.]+)", re.M)
# A loop around nothing but a pause.
ENDLESS = re.compile(r"\bwhile [^\n]*\{\s*(?:try\?? )?await Task\.(?:sleep\([^\n]*\)|yield\(\))\s*\}")
NEEDS = re.compile(r"^import TokenSupport|\bSandboxProcess\(|/usr/lib/softhsm"
                   r"|\b(?:RawConnection|ListenerKind|LocalServer|LocalTLSServer|ScriptedProvider|ClosingServer)\b", re.M)
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
    listed = TESTS / "StoreConformance/Promises.swift"
    used = listed.read_text()
    for file in sorted(listed.parent.glob("*.swift")):
        for name in PROMISE.findall(file.read_text()):
            if f"$0.{name}()" not in used:
                yield f"{file.relative_to(TESTS.parent)}: the promise {name} is not in {listed.name}"


def variables(makefile):
    """The values of a makefile's variables; a later one may stand on an earlier one."""
    values = {}
    for name, value in re.findall(r"^(\w+) := (.*)$", makefile, re.M):
        values[name] = re.sub(r"\$\((\w+)\)", lambda match: values.get(match.group(1), ""), value)
    return values


def needy():
    """Tests of `make unit` that need a token, a program that runs, or a server."""
    left_out = re.compile(variables((TESTS.parent / "Makefile").read_text())["NEEDY"])
    for file in sorted(TESTS.rglob("*Tests.swift")):
        target, text = file.parts[len(TESTS.parts)], file.read_text()
        if target.endswith("Tests") and NEEDS.search(text):
            for suite, _ in suites(text):
                if not left_out.search(f"{target}.{suite}"):
                    yield f"{file.relative_to(TESTS.parent)}: {suite} needs more than what is built, but is in 'make unit'"


def waits_without_end():
    for file in sorted(TESTS.rglob("*.swift")):
        text = file.read_text()
        for match in ENDLESS.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{file.relative_to(TESTS.parent)}:{line}: a loop that can wait for ever; use eventually()"


def main():
    wrong = [*without_limit(), *forgotten_promises(), *needy(), *waits_without_end()]
    print("\n".join(wrong) if wrong else "every suite has a time limit, every promise is run, every wait has an end")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
