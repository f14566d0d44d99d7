"""The package as it describes itself: targets, what they depend on, and what their files import."""

import dataclasses
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|fileprivate|private) )?"
    r"import (?:(?:struct|class|enum|protocol|func|var|let|typealias) )?(\w+)")


@dataclasses.dataclass
class Target:
    """One target. `depends`: names of targets and library products, as declared."""

    name: str
    kind: str  # regular, executable, test or system
    folder: str
    depends: set = dataclasses.field(default_factory=set)
    # (file and line, module), in the order of the files
    imports: list = dataclasses.field(default_factory=list)
    isC: bool = False

    @property
    def module(self):
        return self.name.replace("-", "_")

    @property
    def is_for_tests(self):
        return self.folder.startswith("Tests/")


def dependency(entry):
    """The name of what `dump-package` calls a target, a product, or either."""
    (_, values), = ((kind, values) for kind, values in entry.items() if kind in ("target", "product", "byName"))
    return values[0]


def parsed(description):
    """The targets of a description, by name, without what their files import."""
    targets = {}
    for entry in description["targets"]:
        name, kind = entry["name"], entry["type"]
        folder = entry.get("path") or f"{'Tests' if kind == 'test' else 'Sources'}/{name}"
        targets[name] = Target(name, kind, folder, {dependency(each) for each in entry["dependencies"]}, [], kind == "system")
    return targets


def read():
    """Needs neither the network nor a build."""
    description = subprocess.run(
        ["swift", "package", "dump-package"], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    targets = parsed(json.loads(description))
    for target in targets.values():
        files = sorted((ROOT / target.folder).rglob("*.swift"))
        target.isC = not files
        for file in files:
            for number, line in enumerate(file.read_text().splitlines(), 1):
                if match := IMPORT.match(line):
                    target.imports.append((f"{file.relative_to(ROOT)}:{number}", match.group(1)))
    return targets
