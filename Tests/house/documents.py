"""Checks that documents name what is there.

README, specifications and the OpenAPI document name files, folders and suites of tests in backquotes, and link to files.
Fails when one of them does not exist. A name may be the end of a path (`Factors/PINFactor.swift`). Three kinds of names
inside of files are checked too: one that directly follows a file (`PINFactor.swift` `PINRule`) stands in it, one such as
`FactorCheck.decide` in a column "code" is declared in `Sources`, and a title that follows a suite (`FactorTests` "100
guesses …") stands in the suite's target. Decisions and the changelog are history and are not checked, nor are blocks of
code.
"""

import re
import sys

from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "Specs/*.md", "Specs/design/*.md", "Specs/openapi/*")
HISTORY = {"Specs/changelog.md"}
# Built or installed, so no document names it.
APART = {".git", ".build", ".venv", ".sandbox", "__pycache__", ".pytest_cache"}
READ = {".swift", ".py", ".c", ".h", ".md", ".sh", ".yaml"}

BLOCK = re.compile(r"^ *```.*?^ *```$", re.M | re.S)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
TITLES = re.compile(r'(?: \(\w+\))?((?:,? "[^"\n]+")+)')
FILE = re.compile(r"(?:[\w.+-]+/)*[\w.+-]+\.(?:swift|py|c|h|md|sh|yaml)")
FOLDER = re.compile(r"(?:[\w.+-]+/)+(?:[\w.+-]+)?")
SUITE = re.compile(r"[A-Z]\w*Tests")
MEMBER = re.compile(r"([A-Z]\w*)\.(\w+)")
NAME = re.compile(r"\w+")
DECLARED = re.compile(r"\b(?:func|var|let|case|struct|class|enum|actor|protocol|typealias|extension) +(\w+)|\b(init)[(?]")


class House:
    """The files that documents can name, with their texts, and what is declared in those of Swift."""

    def __init__(self, files):
        self.files = files
        self.folders = {str(folder) for path in files for folder in PurePosixPath(path).parents} - {"."}
        self.declared = {
            path: {first or second for first, second in DECLARED.findall(text)}
            for path, text in files.items() if path.endswith(".swift")}

    @classmethod
    def read(cls, root=ROOT):
        files = {}
        for path in sorted(root.rglob("*")):
            place = path.relative_to(root)
            if path.is_file() and not APART.intersection(place.parts):
                files[place.as_posix()] = path.read_text() if path.suffix in READ else ""
        return cls(files)

    def documents(self):
        return [
            path for path in self.files
            if path not in HISTORY and any(re.fullmatch(each.replace("*", "[^/]+"), path) for each in DOCUMENTS)]

    def named(self, tail, among):
        return [path for path in among if f"/{path}".endswith(f"/{tail}")]

    def declaring(self, folder, *names):
        """Files below a folder that declare all of these names."""
        return [path for path, found in self.declared.items() if path.startswith(folder) and found.issuperset(names)]

    def targets(self, suite):
        """Folders of the test targets that have a suite, or are called so."""
        own = {f"Tests/{suite}/"} if f"Tests/{suite}" in self.folders else set()
        return own | {"/".join(path.split("/")[:2]) + "/" for path in self.declaring("Tests/", suite)}


def spans(text):
    """Each name in backquotes, and the one that stands directly before it."""
    before = None
    for match in SPAN.finditer(text):
        yield match, before.group(1) if before and text[before.end():match.start()] == " " else None
        before = match


def code_cells(text):
    """Where the cells below the head "code" of a table begin and end."""
    column, position = None, 0
    for line in text.splitlines(keepends=True):
        cells = line.split("|")
        if not line.startswith("|"):
            column = None
        elif column is None:
            column = next((number for number, cell in enumerate(cells) if cell.strip() == "code"), 0)
        elif 0 < column < len(cells):
            start = position + sum(len(cell) + 1 for cell in cells[:column])
            yield start, start + len(cells[column])
        position += len(line)


def fault(house, name, before, isCode):
    """Says why a name in backquotes is wrong, or nothing."""
    if FILE.fullmatch(name):
        return None if house.named(name, house.files) else "no such file"
    if FOLDER.fullmatch(name) and (name.endswith("/") or name.split("/")[0] in house.folders):
        return None if house.named(name.rstrip("/"), house.folders | house.files.keys()) else "no such folder"
    if SUITE.fullmatch(name):
        return None if house.targets(name) else "no such suite of tests"
    if before and FILE.fullmatch(before) and NAME.match(name):
        # An ellipsis stands for the rest of a name.
        pattern = r"\b" + NAME.match(name).group() + ("" if "…" in name else r"\b")
        if not any(re.search(pattern, house.files[path]) for path in house.named(before, house.files)):
            return f"not in {before}"
    elif isCode and MEMBER.fullmatch(name) and not house.declaring("Sources/", *name.split(".")):
        return "not declared in Sources"
    return None


def missing_titles(house, suite, titles):
    targets = tuple(house.targets(suite))
    texts = [text for path, text in house.files.items() if path.startswith(targets)]
    for title in re.findall(r'"([^"]+)"', titles):
        parts = [re.escape(part.strip(" ,")) for part in title.split("…")]
        pattern = re.compile('"' + r"[^\n]*".join(parts) + ("" if title.endswith("…") else '"'))
        if texts and not any(pattern.search(text) for text in texts):
            yield title


def findings_in(house, document):
    """Findings with the places in the document's text."""
    # Blanked, so that lines keep their numbers.
    text = BLOCK.sub(lambda block: re.sub(r"[^\n]", " ", block.group()), house.files[document])
    cells = list(code_cells(text))
    for match, before in spans(text):
        name = match.group(1)
        if wrong := fault(house, name, before, any(start <= match.start() < end for start, end in cells)):
            yield match.start(), f"`{name}`: {wrong}"
        titles = TITLES.match(text, match.end())
        if titles and SUITE.fullmatch(name):
            for title in missing_titles(house, name, titles.group(1)):
                yield match.start(), f'`{name}` "{title}": no such title'
    for match in LINK.finditer(text):
        target = match.group(1).split("#")[0]
        if target and ":" not in target:
            path = (ROOT / document).parent.joinpath(target).resolve()
            if not path.is_relative_to(ROOT) or path.relative_to(ROOT).as_posix() not in house.files.keys() | house.folders:
                yield match.start(), f"({target}) leads nowhere"


def findings(house):
    for document in house.documents():
        for start, finding in sorted(findings_in(house, document)):
            yield f"{document}:{house.files[document].count(chr(10), 0, start) + 1}: {finding}"


def main():
    house = House.read()
    found = list(findings(house))
    print("\n".join(found) if found else f"{len(house.documents())} documents name what is there")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
