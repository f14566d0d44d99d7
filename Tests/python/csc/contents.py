"""Reads the numbers and titles of the sections of CSC API 2.2.0.0 from its text, and writes contents.json.

    python -m csc.contents TEXT [--check]

`Tests/house/sections.py` holds what the sources cite against it.
"""

import re
from pathlib import Path

from csc.published import without_pages, write

RESULT = Path(__file__).with_name("contents.json")
# A title may go on in a second line.
_LINE = re.compile(r"^(\d+(?:\.\d+)*) (.+)$")


def contents(text):
    lines = without_pages(text).splitlines()
    found = []
    for line in lines[lines.index("Contents") + 1:]:
        if line.startswith("Foreword") and found:
            return found
        if match := _LINE.match(line):
            found.append({"section": match.group(1), "title": match.group(2)})
        elif found:
            found[-1]["title"] += " " + line
    raise SystemExit("the table of contents has no end")


if __name__ == "__main__":
    write(__doc__, RESULT, "sections", contents)
