"""Bodies of many shapes for every operation of the OpenAPI document that takes one, in two sizes."""

import json

from dataclasses import dataclass
from urllib.parse import quote

import yaml

from harness.program import ROOT

DOCUMENT = ROOT / "Specs/openapi/openapi.yaml"
# Operations that take 16 KiB at most.
SMALL = ("/info", "/auth/login", "/token", "/revoke", "/login", "/consent", "/eid", "/notification", "/confirm/{link}")


@dataclass
class Operation:
    path: str
    kind: str
    names: list

    def pairs(self, known):
        """The name of a shape, a body of it, and one of twice the size."""
        size = 7 << 10 if self.path.endswith(SMALL) else 256 << 10 if self.path.endswith("/signDoc") else 64 << 10
        for (shape, once), (_, twice) in zip(self._bodies(size, known), self._bodies(2 * size, known), strict=True):
            yield shape, once, twice

    def _bodies(self, size, known):
        if "json" not in self.kind:
            return form_bodies(self.names, known, size)
        more = document_bodies(size) if self.path.endswith("/signDoc") else []
        return [*json_bodies(self.names, size), *more]


def operations():
    document = yaml.safe_load(DOCUMENT.read_text())

    def resolve(node):
        while "$ref" in node:
            path, node = node["$ref"].removeprefix("#/").split("/"), document
            for part in path:
                node = node[part]
        return node

    def names(schema):
        """The members that a schema knows, also those of its parts."""
        schema = resolve(schema)
        found = list(schema.get("properties", {}))
        for kind in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(kind, []):
                found += names(part)
        return list(dict.fromkeys(found))

    for path, methods in document["paths"].items():
        body = resolve(methods.get("post", {})).get("requestBody")
        if body is None:
            continue
        for kind, content in resolve(body)["content"].items():
            # A signed note is read up to 16 KiB and 64 lines, and only where the log has witnesses.
            if kind == "text/plain":
                continue
            yield Operation(path.replace("{link}", "x"), kind, names(content["schema"]))


def pieces(size, make):
    """As many values of a shape as take `size` octets of JSON."""
    first = make(0)
    count = max(1, size // (len(json.dumps(first, separators=(",", ":"))) + 1))
    return [make(number) for number in range(count)]


VALUES = {
    "objects with many members": lambda size: dict(pieces(size, lambda n: [f"n{n:05}", n])),
    "lists of texts": lambda size: pieces(size, lambda n: f"text {n:05}"),
    "lists of numbers": lambda size: pieces(size, lambda n: n % 10),
    "lists of digests": lambda size: pieces(size, lambda n: f"{n:043}="),
    "lists of attributes": lambda size: pieces(
        size, lambda n: {"attribute_name": f"1.2.3.{n}", "attribute_value": "BQA="}),
    "lists of documents": lambda size: pieces(
        size, lambda n: {"document": f"{n:08}", "signature_format": "C", "signAlgo": "1.2.840.10045.4.3.2"}),
    "a long text": lambda size: "A" * size,
    "a text of escapes": lambda size: "\u0001" * (size // 6),
    "a text of combining marks": lambda size: "e" + "\u0301" * (size // 6),
}


def text(value):
    return json.dumps(value, separators=(",", ":"))


def json_bodies(names, size):
    yield "unknown members", text(dict(pieces(size, lambda n: [f"u{n:05}", n])))
    for shape, value in VALUES.items():
        one = value(size // max(1, len(names)))
        yield shape, text({name: one for name in names})
        for name in names:
            yield f"{name}: {shape}", text({name: value(size)})


def document_bodies(size):
    def signed(**more):
        return {"document": "AAAA", "signature_format": "C", "signAlgo": "1.2.840.10045.4.3.2", **more}

    attributes = VALUES["lists of attributes"](size)
    for shape, documents in {
        "attributes of a document": [signed(signed_props=attributes)],
        "a large document": [signed(document="A" * (size // 4 * 4))],
    }.items():
        yield shape, text({"credentialID": "x", "SAD": "y", "documents": documents})


def form_bodies(names, known, size):
    right = "&".join(f"{name}={quote(value)}" for name, value in known.items())
    yield "unknown parameters", "&".join(f"u{n:05}={n % 10}" for n in range(size // 9))
    yield "the same parameter", "&".join("scope=x" for _ in range(size // 8))
    for name in names:
        others = "&".join(f"{key}={quote(value)}" for key, value in known.items() if key != name)
        yield f"{name}: a long value", f"{others}&{name}=" + "A" * size
        yield f"{name}: codes", f"{others}&{name}=" + "%41" * (size // 3)
        yield f"{name}: plus signs", f"{others}&{name}=" + "+" * size
        yield f"{name}: a list", f"{others}&{name}=" + ",".join("A" * 43 for _ in range(size // 44))
    members = dict(pieces(size // 2, lambda n: [f"n{n:05}", n]))
    for kind in ("credential", "credential-creation"):
        for name in ("subjectData", "documentDigests"):
            details = [{"type": kind, name: members, "subject_data": members}]
            yield f"details of {kind} with {name}", right + "&authorization_details=" + quote(text(details))
        details = [{"type": kind, "documentDigests": VALUES["lists of digests"](size)}]
        yield f"details of {kind} with a list", right + "&authorization_details=" + quote(text(details))
