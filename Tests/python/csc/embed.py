"""Writes what was taken out of the published text into the conformance tool.

    python -m csc.embed [--check]

`csc-conformance` runs without files, so that what `rows.json`, `members.json` and `samples.json` hold is compiled in: one
table of text for each. A test of the tool compares them, too.
"""

import argparse
import json
from pathlib import Path

FOLDER = Path(__file__).parent
CATALOGUE = FOLDER.parents[2] / "Sources/Conformance/Catalogue"


def _rows():
    for row in _read("rows"):
        status = " ".join(map(str, row["status"])) or "–"
        yield " | ".join([row["section"], row["method"], str(row["row"]), status, row["error"], row["error_description"]])


def _members():
    for member in _read("members"):
        yield " | ".join(str(member[name]) for name in ("section", "method", "number", "status", "path", "presence", "type"))


def _samples():
    for sample in _read("samples"):
        request = json.dumps(sample["request"], ensure_ascii=False, separators=(",", ":"))
        yield " | ".join([sample["section"], sample["method"], str(sample["number"]), sample["form"],
                          ", ".join(sample["mended"]) or "–", request])


def _read(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))[name]


TABLES = {
    "rows": (_rows, "Rows of the error tables: section | method | row | statuses | error | error_description."),
    "members": (_members, "Members of the answers: section | method | number | status | path | presence | type."),
    "samples": (_samples, "Requests printed as samples: section | method | number | form | mended | request."),
}


def swift(name):
    lines, title = TABLES[name]
    table = "\n".join(f"    {line}" for line in lines())
    return (f"// Written by Tests/python/csc/embed.py from {name}.json.\n\nextension PublishedText {{\n  /// {title}\n"
            f'  static let {name}Table = #"""\n{table}\n    """#\n}}\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    for name in TABLES:
        path = CATALOGUE / f"Published{name.capitalize()}.swift"
        if not check:
            path.write_text(swift(name), encoding="utf-8")
        elif path.read_text(encoding="utf-8") != swift(name):
            raise SystemExit(f"{path.name} is not what {name}.json says; run python -m csc.embed")


if __name__ == "__main__":
    main()
