"""Checks that no closure stands in a `Mutex` by itself.

A function that is passed `inout` to generic code is wrapped for it, and the wrapped one is written back: each access makes
the next call two calls deeper, without an end. Within a type of its own a closure is passed as it is.
"""

import re
import sys

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOX = re.compile(r"\b(?:Mutex|NIOLockedValueBox|NIOLoopBoundBox)(?:<|\(\s*\{)")


def holds_closure(text, start):
    """Whether an arrow stands between the angle brackets that open before `start`.

    In square brackets it may: the elements of an array have one form.
    """
    angles, squares = 1, 0
    for place in range(start, len(text)):
        if text.startswith("->", place):
            if squares == 0:
                return True
        elif text[place] == ">" and text[place - 1] != "-":
            angles -= 1
            if angles == 0:
                return False
        else:
            angles += text[place] == "<"
            squares += (text[place] == "[") - (text[place] == "]")
    return False


def found(text):
    """Line numbers of such boxes."""
    return [
        text.count("\n", 0, match.start()) + 1 for match in BOX.finditer(text)
        if match.group().endswith("{") or holds_closure(text, match.end())
    ]


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
