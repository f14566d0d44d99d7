"""The error tables of the CSC API 2.2.0.0, taken out of its published text.

    python -m csc.rows TEXT

TEXT is the text of the published PDF, page by page, as `pdftotext` and the like give it. It is not part of this
repository: the publication is under CC BY-SA 4.0, and only names, numbers and the short texts of the errors are taken
over (`rows.json`), without the sentences around them. The tests read `rows.json` and must provoke each row of it.

A table's cells come out of the PDF without borders, so a row is found by its status and `error`, which nothing else
looks like, and the cell before them is parted from the description of the row above by how its lines begin. Whatever
does not fit fails; nothing is skipped.
"""

import re
from pathlib import Path

from csc.published import parts, without_pages, write

ROWS = Path(__file__).with_name("rows.json")

_HEAD = re.compile(r"^Error Case ?Status ?\n?(?:Code ?)?\n?Error ?Error Description\n", re.M)
_END = re.compile(r"^(?:Examples?|Note \d+: .*|Sample Request.*|Error Response.*)$", re.M)
# A page can end inside of the words after the number.
_STATUS = r"([1-5]\d\d)\s*\((?:bad(?:\s+request\))?|unauthorized\))"
_CODE = r"(?:invalid_(?:request|grant|client|otp|hash|authentication_data)|authentication_error|unsupported_token_type)"
_CELLS = re.compile(rf"(?P<status>{_STATUS}(?:\s*\|\s*{_STATUS})?)\s*(?P<code>{_CODE})\s?")
_COMMON = re.compile(r"^([a-z]+(?:_[a-z]+)+) ?(?=The )", re.M)


def rows(text):
    """Every row, in the order of the text: section, method, row (its number in the table), status, error, error_description."""
    found, heads = list(_common(without_pages(text))), 0
    for section, method, body in parts(text):
        heads += body.count("Error Case")
        for number, row in enumerate(_table(body, section), 1):
            found.append({"section": section, "method": method, "row": number, **row})
    if heads != without_pages(text).count("Error Case"):
        raise ValueError("a table stands outside of the sections that are known")
    return found


def _common(text):
    """Table 3: errors of all methods, without a status."""
    begin = re.search(r"^Error Error Description\n", text[text.index("\nTable 3 "):], re.M)
    start = text.index("\nTable 3 ") + begin.end()
    table = text[start:text.index("\n11 The remote service APIs", start)]
    codes = list(_COMMON.finditer(table))
    for number, (code, following) in enumerate(zip(codes, [*codes[1:], None]), 1):
        description = table[code.end():following.start() if following else None]
        yield {"section": "10.1", "method": "*", "row": number, "status": [], "error": code.group(1),
               "error_description": _join(description.split("\n"))}


def _table(body, section):
    head = _HEAD.search(body)
    if head is None:
        if "Error Case" in body:
            raise ValueError(f"{section}: a head that cannot be read")
        return
    end = _END.search(body, head.end())
    table = _HEAD.sub("", body[head.end():end.start() if end else None])
    cells = list(_CELLS.finditer(table))
    read = sum(len(re.findall(_STATUS, cell.group())) for cell in cells)
    if len(cells) != len(re.findall(_CODE, table)) or read != len(re.findall(_STATUS, table)):
        raise ValueError(f"{section}: {len(cells)} rows, which do not fit the statuses and codes")
    if not table[:cells[0].start()].strip():
        raise ValueError(f"{section}: the first row has no case")
    for cell, following in zip(cells, [*cells[1:], None]):
        between = table[cell.end():following.start() if following else None]
        lines = [line.strip() for line in between.split("\n") if line.strip() not in ("", "request)")]
        description, case = _part(lines)
        if bool(case) != (following is not None):
            raise ValueError(f"{section}: {lines} is not a description and the case of the next row")
        yield {"status": sorted({int(status) for status in re.findall(r"\d{3}", cell.group("status"))}),
               "error": cell.group("code"), "error_description": _join(description)}


def _part(lines):
    """The lines of a description, and those of the next row's first cell.

    A description goes on in small letters, with what stands in brackets, or with the one name that must follow after
    `parameter`; a first cell begins with a capital or a quotation mark.
    """
    count = 1
    while count < len(lines):
        line = lines[count]
        names = lines[count - 1].endswith("parameter") and " " not in line
        if not (line[0].islower() or line[0] == "[" or names):
            break
        count += 1
    return lines[:count], lines[count:]


def _join(lines):
    """One line of several: what was broken after a hyphen or an equals sign has no space there."""
    text = ""
    for line in lines:
        text += line.strip() if not text or text[-1] in "-=" else " " + line.strip()
    return text.strip()


def main():
    write(__doc__, ROWS, "rows", rows)


if __name__ == "__main__":
    main()
