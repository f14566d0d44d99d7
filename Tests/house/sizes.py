"""Counts what must stay small, and shows it as a table.

    sizes.py [--report]

Exits with 1 if something is over its limit, unless only a report is wanted. Tests, and the catalogue of the conformance
tool with its checks, are not counted, nor are the types named below with a reason.
"""

import re
import sys

import package

SOURCES = package.ROOT / "Sources"
# Types that may have more methods: how many, and why.
MAY_HAVE_MORE = {
    "Conformance/Session": (66, "what the checks of the conformance tool share: calls, activation, factors, log-ins"),
}
APART = {SOURCES / "Conformance/Catalogue", SOURCES / "Conformance/Checks"}

LINES = 350  # of a file
METHODS = 40  # of a type, its extensions together
REQUIREMENTS = 20  # of a port that stores, with those that it inherits
FILES = {"SoleControl": 64}

DECLARATION = re.compile(
    r"\b(?:(struct|class|actor|enum|extension|protocol)\s+(?!func\b|var\b)([\w.]+)|(func|var|let|init|subscript|case)\b)")
INHERITED = re.compile(r"^\s*:\s*([^{]*)")


def bare(text):
    """The text with comments and strings blanked, so that words and braces in them do not count."""
    result, position, end = [], 0, len(text)

    def string(start):
        """The end of the string literal that starts here."""
        hashes = 0
        while text[start + hashes] == "#":
            hashes += 1
        quote = '"""' if text.startswith('"""', start + hashes) else '"'
        close, escape = quote + "#" * hashes, "\\" + "#" * hashes
        here = start + hashes + len(quote)
        while here < end and not text.startswith(close, here):
            if text.startswith(escape + "(", here):
                here = group(here + len(escape))
            elif text.startswith(escape, here):
                here += len(escape) + 1
            else:
                here += 1
        return here + len(close)

    def group(start):
        """The end of the parenthesis that opens here, in a string."""
        depth, here = 0, start
        while here < end:
            if text[here] == '"' or re.match(r'#+"', text[here:here + 8]):
                here = string(here)
                continue
            depth += {"(": 1, ")": -1}.get(text[here], 0)
            here += 1
            if depth == 0:
                break
        return here

    while position < end:
        if text.startswith("//", position):
            stop = text.find("\n", position)
            position = end if stop < 0 else stop
        elif text.startswith("/*", position):
            stop = text.find("*/", position)
            position = end if stop < 0 else stop + 2
        elif text[position] == '"' or re.match(r'#+"', text[position:position + 8]):
            stop = string(position)
            result.append('""' + "\n" * text.count("\n", position, stop))
            position = stop
        else:
            result.append(text[position])
            position += 1
    return "".join(result)


def declarations(text):
    """Types with what stands directly in them: (kind, name, inherited, [members]), extensions one by one."""
    text = bare(text)
    found, stack = [], []  # of the stack: None for other braces
    position, pending = 0, None
    tokens = re.compile(DECLARATION.pattern + r"|[{}]")
    for match in tokens.finditer(text):
        token = match.group(0)
        if token == "{":
            stack.append(pending)
            pending = None
        elif token == "}":
            if stack:
                stack.pop()
        elif match.group(1):
            if match.group(1) == "class" and match.group(2) in ("func", "var"):
                continue
            outer = ".".join(each[1] for each in stack if each)
            inherited = INHERITED.match(text[match.end():])
            names = re.findall(r"[\w.]+", inherited.group(1)) if inherited else []
            pending = (match.group(1), f"{outer}.{match.group(2)}" if outer else match.group(2), names, [])
            found.append(pending)
        elif stack and stack[-1]:
            stack[-1][3].append(match.group(3))
    return found


def wholes(files):
    """By target and type: the number of methods. By target and protocol: its own requirements, and what it inherits."""
    methods, protocols = {}, {}
    for file in files:
        target = file.relative_to(SOURCES).parts[0]
        is_port = "Ports" in file.parts
        for kind, name, inherited, members in declarations(file.read_text()):
            key = (target, name)
            if kind == "protocol":
                own = sum(member in ("func", "var", "init", "subscript") for member in members)
                protocols[key] = (own, inherited, is_port or name.endswith(("Store", "Reading", "Writing")))
            else:
                methods[key] = methods.get(key, 0) + members.count("func")
    return methods, protocols


def requirements(protocols, key):
    """With those that a protocol inherits from others of its target, each once."""
    seen, open_ends = set(), [key]
    while open_ends:
        one = open_ends.pop()
        if one in protocols and one not in seen:
            seen.add(one)
            open_ends += [(key[0], name) for name in protocols[one][1]]
    return sum(protocols[one][0] for one in seen)


def is_excused(name, count):
    return METHODS < count <= MAY_HAVE_MORE.get(name, (0, ""))[0]


def rows(files):
    """(what, limit, what is counted there, count), the largest first."""
    swift = [file for file in files if file.suffix == ".swift"]
    lines = [(str(file.relative_to(package.ROOT)), len(file.read_text().splitlines())) for file in files]
    methods, protocols = wholes(swift)
    named = [("/".join(key), count) for key, count in methods.items()]
    needless = [(name, count) for name, count in named if name in MAY_HAVE_MORE and count <= METHODS]
    # Those that only join others are for who implements them all; services use the parts.
    ports = [("/".join(key), requirements(protocols, key)) for key, (own, _, counts) in protocols.items() if counts and own]
    targets = [
        (name, sum(file.relative_to(SOURCES).parts[0] == name for file in swift)) for name in FILES]
    for what, limit, counted in (
        ("lines of a file", LINES, lines), ("methods of a type", METHODS, [each for each in named if not is_excused(*each)]),
        ("needless exceptions", 0, needless),
        ("requirements of a port", REQUIREMENTS, ports), *(("files of a target", FILES[each[0]], [each]) for each in targets),
    ):
        counted.sort(key=lambda each: -each[1])
        yield what, limit, counted


def main() -> int:
    if sys.argv[1:] not in ([], ["--report"]):
        print(__doc__, file=sys.stderr)
        return 64
    files = sorted(
        file for file in SOURCES.rglob("*")
        if file.suffix in (".swift", ".h", ".c", ".mustache", ".css") and not APART & set(file.parents))
    over = 0
    print(f"{'what':24}{'limit':>6}{'count':>6}  where")
    for what, limit, counted in rows(files):
        too_large = [each for each in counted if each[1] > limit]
        over += len(too_large)
        for name, count in too_large or counted[:1]:
            print(f"{what:24}{limit:6}{count:6}  {name}{'  OVER' if count > limit else ''}")
    print(f"{over} over the limit")
    return 0 if over == 0 or sys.argv[1:] == ["--report"] else 1


if __name__ == "__main__":
    sys.exit(main())
