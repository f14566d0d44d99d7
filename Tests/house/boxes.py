"""Checks that no closure stands in a `Mutex` by itself.

A function that is passed `inout` to generic code is wrapped for it, and the wrapped one is written back: each access makes
the next call two calls deeper, without an end. Within a type of its own a closure is passed as it is.
"""

import re
import sys

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# `Mutex<() -> Int>`, also optional, in a tuple or behind attributes; not `Mutex<[() -> Int]>`, whose elements have one form.
BOX = re.compile(r"\b(?:Mutex|NIOLockedValueBox|NIOLoopBoundBox)<(?!\[)[^<>\n]*->")


def found(text):
    """Line numbers of such boxes."""
    return [text.count("\n", 0, match.start()) + 1 for match in BOX.finditer(text)]


def main():
    broken = [
        f"{file.relative_to(ROOT)}:{line}: a closure in a Mutex; put it into a struct"
        for folder in ("Sources", "Tests") for file in sorted((ROOT / folder).rglob("*.swift"))
        for line in found(file.read_text())
    ]
    print("\n".join(broken) or "no closure stands in a Mutex by itself")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
