"""Checks that a built product has nothing of the tools in it: no symbol of their modules.

    symbols.py PROGRAM
"""

import re
import subprocess
import sys

import imports

# A Swift symbol begins with its module's name, after the length of it; symbolic references name it after five low lines.
MODULE = re.compile(r"(?:\$s|_____ )(\d+)(\w+)")
# Its symbols show that there are any to be seen.
WITNESS = "Assembly"


def modules(symbols):
    """The modules that have symbols."""
    found = set()
    for length, rest in MODULE.findall(symbols):
        # Digits of the name are not told from those of its length, but no module begins with one.
        found.add(rest[:int(length)])
    return found


def findings(symbols):
    seen = modules(symbols)
    tools = imports.TOOLS.keys() | imports.PROGRAMS - {imports.PRODUCT}
    if WITNESS not in seen:
        return [f"no symbol of {WITNESS} is to be seen; was the program stripped?"]
    return [f"the product has symbols of {name}" for name in sorted(tools) if name.replace("-", "_") in seen]


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    symbols = subprocess.run(["nm", sys.argv[1]], stdout=subprocess.PIPE, check=True, text=True).stdout
    found = findings(symbols)
    print("\n".join(found) if found else f"{sys.argv[1]} has no symbol of a tool in {symbols.count(chr(10))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
