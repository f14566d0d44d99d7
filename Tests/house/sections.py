"""Checks the sections of CSC API 2.2.0.0 that sources, tests and documents cite as "v2 §…".

Fails when the published text has no such section, and when a line names one method and cites another method's section.
The sections are those of Tests/python/csc/contents.json.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONTENTS = ROOT / "Tests/python/csc/contents.json"
FOLDERS = ["Sources", "Specs", "Tests"]
ENDINGS = {".swift", ".md", ".py", ".yaml"}
# Those that follow with a comma or a word are of the same text, until another one is named.
CITED = re.compile(r"\b[vV]2 §\d+(?:\.\d+)*(?:(?:, | and | or )§\d+(?:\.\d+)*)*")
NUMBER = re.compile(r"§(\d+(?:\.\d+)*)")
METHOD = re.compile(r"`([a-z]+/[A-Za-z]+)`")


def sections():
    return {entry["section"]: entry["title"] for entry in json.loads(CONTENTS.read_text(encoding="utf-8"))["sections"]}


def findings(text, known):
    """Numbers of lines with what is wrong there."""
    methods = {title: number for number, title in known.items() if "/" in title}
    for number, line in enumerate(text.splitlines(), 1):
        cited = [section for match in CITED.finditer(line) for section in NUMBER.findall(match.group())]
        for section in cited:
            if section not in known:
                yield number, f"the text has no §{section}"
        named = {name for name in METHOD.findall(line) if name in methods}
        if len(named) == 1 and any(section in methods.values() for section in cited):
            right = methods[named.pop()]
            if right not in cited:
                yield number, f"§{', §'.join(cited)} is not about the method that the line names; §{right} is"


def main():
    known = sections()
    count = 0
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*"))
             if file.suffix in ENDINGS and Path(__file__).parent not in file.parents]
    for file in files:
        for number, wrong in findings(file.read_text(encoding="utf-8"), known):
            print(f"{file.relative_to(ROOT)}:{number}: {wrong}")
            count += 1
    print(f"{len(files)} files, {count} findings")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
