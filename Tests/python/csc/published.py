"""What the scripts share that read the published text of CSC API 2.2.0.0: its sections, and how a result is written."""

import argparse
import json
import re
from pathlib import Path

SOURCE = {
    "title": "Architectures and protocols for remote signature applications",
    "version": "2.2.0.0",
    "publisher": "Cloud Signature Consortium",
    "published": "2025-11-04",
    "licence": "CC BY-SA 4.0",
}

_PAGE = re.compile(r"^f\n\d+\n\n--- PAGE \d+ ---\n", re.M)
_SECTION = re.compile(r"^(8\.2\.\d|11\.\d{1,2}) ((?:[a-zA-Z]+2?/)?[a-zA-Z_]+)\n(?=Description\n|Note \d+:|This is )", re.M)


def without_pages(text):
    return _PAGE.sub("", text)


def parts(text):
    """Number, method and text of each section of a method."""
    text = without_pages(text)
    sections = list(_SECTION.finditer(text))
    for section, following in zip(sections, [*sections[1:], None]):
        yield section.group(1), section.group(2), text[section.end():following.start() if following else None]


def written(name, found):
    lines = ",\n".join("    " + json.dumps(entry, ensure_ascii=False) for entry in found)
    return f'{{\n  "source": {json.dumps(SOURCE, ensure_ascii=False)},\n  "{name}": [\n{lines}\n  ]\n}}\n'


def write(description, path, name, read):
    """The command of such a script: TEXT, and `--check`."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--check", action="store_true", help=f"compare with {path.name} instead of writing it")
    arguments = parser.parse_args()
    found = read(arguments.text.read_text(encoding="utf-8"))
    result = written(name, found)
    if arguments.check:
        raise SystemExit(None if path.read_text(encoding="utf-8") == result else f"{path.name} is not what the text says")
    path.write_text(result, encoding="utf-8")
    print(f"{len(found)} {name} of {len({entry['section'] for entry in found})} sections")
