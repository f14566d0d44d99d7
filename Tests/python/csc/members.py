"""The members of the answers of CSC API 2.2.0.0, taken out of the output tables of its published text.

    python -m csc.members TEXT

Like `rows`: only names, presences and types are taken over (`members.json`), and what does not fit fails. A path is
written with slashes, `*` standing for each entry of an array. `status` is that of the answer which has the member.
"""

import re
from pathlib import Path

from csc.published import parts, write

MEMBERS = Path(__file__).with_name("members.json")

_END = re.compile(r"^(?:Error Case.*|Examples?|Service scope)$", re.M)
_HEAD = re.compile(r"^(?:Attribute|Parameter|Name) ?Presence ?(?:Value ?)?(?:Description)?$", re.M)
_ROW = re.compile(r"^([A-Za-z]\w*(?:/\w+)?)\s?(REQUIRED|OPTIONAL)[ \n]?(Conditional\b)?[ \n]?", re.M)
_TYPE = re.compile(
    r"\s*(Array\s+of\s+Array\s+of\s+String|Array\s+of\s+Strings?|Array\s+of\s+CredentialInfo|Array\s+of\s+OAuth2Server"
    r"|Array\s+of\s+authentication\s+object\s+types|JSON\s+Object|String|Integer|[Bb]oolean|signatureQualifier)")
# What stands before a table of another object than the answer itself.
_OBJECTS = [
    (re.compile(r"^An OAuth2Server object is a JSON object", re.M), "oauth2Servers/*/"),
    (re.compile(r"^The signAlgorithms is a JSON Object", re.M), "signAlgorithms/"),
    (re.compile(r"^The signature_formats is a JSON Object", re.M), "signature_formats/"),
    (re.compile(r"^The ‘credentialInfo Object’ is a JSON Object", re.M), "credentialInfos/*/"),
    (re.compile(r"^The validationInfo is a JSON Object", re.M), "validationInfo/"),
]
_STATUS = re.compile(r"HTTP status code (\d\d\d)|HTTP/1.1\n(302) Found")
_LIKE_LIST = "This method returns a credentialInfo object using the “application/json” format (see credentials/list)."
_COMMON = "The following properties are common to all authentication object types as they are received from\n"
_TYPES = {"Array of Strings": "Array of String", "boolean": "Boolean", "signatureQualifier": "String",
          "Array of CredentialInfo": "Array of Object", "Array of OAuth2Server": "Array of Object",
          "Array of authentication object types": "Array of Object", "JSON Object": "Object"}


def members(text):
    """Every member, in the order of the text: section, method, number (its place in the section), status, path, presence, type."""
    found = []
    for section, method, body in parts(text):
        start = re.search(r"^Output$", body, re.M)
        rows = []
        if _COMMON in body:
            table = body[body.index(_COMMON):body.index("are common to all authentication objects as they are sent")]
            rows += [{**row, "path": "auth/objects/*/" + row["path"], "method": "credentials/info"}
                     for row in _rows(table, untyped=True)]
        if start:
            end = _END.search(body, start.end())
            rows += _tables(body[start.end():end.start() if end else None], section)
            if _LIKE_LIST in body:
                rows += [{"like": "credentialInfo"}]
        found += [{"section": section, "method": method, **row} for row in rows]
    info = [row for row in found if row.get("path", "").startswith("credentialInfos/*/")]
    created = [{**row, "section": "11.4", "method": "credentials/create", "status": 201,
                "path": row["path"].removeprefix("credentialInfos/*/")} for row in info]
    place = [row.get("like") for row in found].index("credentialInfo")
    found[place:place + 1] = created
    counts = {}
    for row in found:
        counts[row["section"]] = counts.get(row["section"], 0) + 1
        row["number"] = counts[row["section"]]
    order = ["section", "method", "number", "status", "path", "presence", "type"]
    return [{name: row[name] for name in order} for row in found]


def _tables(body, section):
    heads = list(_HEAD.finditer(body))
    if not heads and "No Content" not in body and _LIKE_LIST not in body:
        raise ValueError(f"{section}: an output without a table")
    prefix, status = "", 200
    for number, head in enumerate(heads):
        before = body[heads[number - 1].end() if number else 0:head.start()]
        for pattern, name in _OBJECTS:
            if pattern.search(before):
                prefix = name
        for match in _STATUS.finditer(before):
            status = int(match.group(1) or match.group(2))
        table = body[head.end():heads[number + 1].start() if number + 1 < len(heads) else None]
        for row in _rows(table):
            yield {**row, "path": prefix + row["path"], "status": status}


def _rows(table, untyped=False):
    rows = list(_ROW.finditer(table))
    for row in rows:
        presence = row.group(2) + (" Conditional" if row.group(3) else "")
        kind = None if untyped else _TYPE.match(table, row.end())
        if not untyped and kind is None:
            raise ValueError(f"{row.group(0)!r}: no type in {table[row.end():row.end() + 40]!r}")
        name = "String" if untyped else " ".join(kind.group(1).split())
        yield {"path": row.group(1), "presence": presence, "type": _TYPES.get(name, name), "status": 200}
    left = re.findall(r"^.*(?:REQUIRED|OPTIONAL)(?:String|Array|Integer|Boolean|JSON|$).*$", table, re.M)
    if len(left) > len(rows):
        raise ValueError(f"{len(left) - len(rows)} rows that cannot be read: {left}")


def main():
    write(__doc__, MEMBERS, "members", members)


if __name__ == "__main__":
    main()
