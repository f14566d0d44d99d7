"""Reads and checks the receipt of a signature, without the log and without any code of the product.

    python -m audit.receipt FILE --log-key VKEY [--witness VKEY]…

Written from C2SP tlog-proof (audit/tlog.py) and from Specs/design/audit.md, "Receipts" and "Entries". Prints the proven
entries, one JSON object a line; exits with 1 if the file proves no signature.
"""

import argparse
import hashlib
import json
import sys

from dataclasses import dataclass
from pathlib import Path

from audit import tlog
from audit.tlog import Refused

FORMAT = "countersign-receipt@v1"
LONGEST_OWNER = 65_536
MOST_RELATED = 64
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def canonical(value):
    """The one text of a JSON value: members sorted by the octets of their names, no white space."""
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode())
        return "{" + ",".join(f"{canonical(name)}:{canonical(each)}" for name, each in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(each) for each in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(ESCAPES.get(c, c if c >= " " else f"\\u{ord(c):04X}") for c in value) + '"'
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Refused(f"no value of a receipt: {value!r}")


@dataclass(frozen=True)
class Header:
    time: int
    kind: str
    partner: bytes
    instance: str
    lane: int
    number: int
    previous: bytes
    payload_digest: bytes

    @classmethod
    def read(cls, octets):
        place = 0

        def take(count):
            nonlocal place
            if place + count > len(octets):
                raise Refused("a header that is cut off")
            place += count
            return octets[place - count:place]

        def number():
            return int.from_bytes(take(8), "big", signed=True)

        def counted():
            return take(take(1)[0])

        if take(1) != b"\1":
            raise Refused("a header of another version")
        try:
            header = cls(number(), counted().decode("ascii"), counted(), counted().decode(), number(), number(),
                         take(32), take(32))
        except UnicodeDecodeError as error:
            raise Refused("a header with a text that is none") from error
        if place != len(octets) or len(header.partner) not in (0, 32) or header.lane < 1 or header.number < 1:
            raise Refused("no header")
        return header


@dataclass(frozen=True)
class Entry:
    index: int
    header: Header
    payload: dict


def members(value, *names):
    """The members of an object that has these and no others."""
    if not isinstance(value, dict) or set(value) != set(names):
        raise Refused(f"no object with {', '.join(names)}")
    return [value[name] for name in names]


def text(value):
    if not isinstance(value, str):
        raise Refused("no text")
    return value


def proven(value, index, path, head):
    """An entry that the tree has at that place, with its payload."""
    header, salt, payload = (text(each) for each in members(value, "header", "salt", "payload"))
    octets = tlog.unbase64(header)
    if not 0 <= index < head.size:
        raise Refused("an entry beyond the end of the log")
    if tlog.root_of(index, head.size, hashlib.sha256(b"\0" + octets).digest(), path) != head.root:
        raise Refused(f"the log does not have this entry at {index}")
    header = Header.read(octets)
    if hashlib.sha256(tlog.unbase64(salt) + payload.encode()).digest() != header.payload_digest:
        raise Refused(f"another payload than that of entry {index}")
    return Entry(index, header, json.loads(payload))


def read_extra(octets):
    try:
        value = json.loads(octets.decode())
        if canonical(value).encode() != octets:
            raise Refused("an extra that could be written otherwise")
    except (ValueError, RecursionError) as error:
        raise Refused("an extra that is no JSON") from error
    owner = value.pop("owner", None) if isinstance(value, dict) else None
    # The certificate of who signed, sealed for the service: nothing to see here but its form.
    if owner is not None and not 16 < len(tlog.unbase64(text(owner))) <= LONGEST_OWNER:
        raise Refused("no owner")
    form, entry, related = members(value, "format", "entry", "related")
    if form != FORMAT or not isinstance(related, list) or len(related) > MOST_RELATED:
        raise Refused("no receipt")
    return entry, related


def verify(octets, log_key, witnesses=()):
    """The entries of the receipt by kind, `signature.made` among them, and the checkpoint. Keys are texts."""
    key = tlog.Key.read(log_key)
    proof = tlog.Proof.read(octets)
    head = tlog.checkpoint(proof.note, key.name, key, [tlog.Key.read(each) for each in witnesses])
    if proof.extra is None:
        raise Refused("a proof without an extra")
    entry, related = read_extra(proof.extra)
    entries = [proven(entry, proof.index, proof.hashes, head)]
    for each in related:
        if not isinstance(each, dict):
            raise Refused("no related entry")
        index, path = members({name: each[name] for name in each if name in ("index", "proof")}, "index", "proof")
        rest = {name: each[name] for name in each if name not in ("index", "proof")}
        if not isinstance(index, int) or not isinstance(path, list) or len(path) > tlog.MOST_HASHES:
            raise Refused("no related entry")
        entries.append(proven(rest, index, [tlog.digest_of(text(hash)) for hash in path], head))
    if any(one.index >= other.index for one, other in zip(entries[1:], entries[2:])):
        raise Refused("related entries in another order than the log's")
    try:
        return history(entries), head
    except (KeyError, TypeError) as error:
        raise Refused("an entry that lacks something") from error


def history(entries):
    """The entries, if they make the history of one signature."""
    made, rest = entries[0], entries[1:]

    def one(what, matches):
        found = [entry for entry in rest if matches(entry)]
        if not found:
            raise Refused(f"no {what}")
        rest.remove(found[0])
        return found[0]

    def has(entry, kinds, **fields):
        return entry.header.kind in kinds and all(entry.payload.get(name) == value for name, value in fields.items())

    if made.header.kind != "signature.made":
        raise Refused("no signature")
    operation = made.payload.get("operation")
    intended = one("intent", lambda entry: has(entry, ["signature.intended"], operation=operation))
    chain, name = [], intended.payload.get("activation")
    while name is not None:
        kinds = ["authorization.granted", "authorization.extended"]
        chain.append(one("authorization", lambda entry: has(entry, kinds, activation=name)))
        name = chain[-1].payload.get("extends") if chain[-1].header.kind == kinds[1] else None
    if not chain or chain[-1].header.kind != "authorization.granted":
        raise Refused("no authorization")
    pending = {entry.payload["pending"] for entry in chain if "pending" in entry.payload}
    credential = intended.payload.get("credential")
    certificates = [entry for entry in rest if has(entry, ["certificate.issued"], credential=credential)][:1]
    for entry in rest:
        waited = has(entry, ["authorization.pending", "authorization.confirmed"]) and entry.payload.get("pending") in pending
        if entry not in certificates and not waited and not has(entry, ["signature.resumed"], operation=operation):
            raise Refused(f"entry {entry.index} does not belong to the signature")
    order = [made, intended, *chain]
    if any(later.index <= earlier.index for later, earlier in zip(order, order[1:])):
        raise Refused("an authorization after its signature")
    if any(entry.index > intended.index for entry in certificates):
        raise Refused("a certificate after the signature")
    if any(entry.header.partner not in (b"", made.header.partner) for entry in entries):
        raise Refused("another partner")
    if any(entry.payload.get(name) != intended.payload.get(name) or name not in entry.payload
           for entry in chain for name in ("credential", "signer", "partner")):
        raise Refused("another credential")
    status = intended.payload.get("status")
    if status is not None:
        if status["enabled"] is not True or status["checkedAt"] > status["notAfter"]:
            raise Refused("a certificate that was not good")
        if any(entry.payload.get("serialNumber") != status["serialNumber"] for entry in certificates):
            raise Refused("another certificate")
    digests = intended.payload["digests"]
    authorized = chain[0].payload["digests"]
    wanted = intended.payload.get("authorized", digests)
    if made.payload["count"] != len(digests) or not digests or chain[0].payload["numSignatures"] < len(digests):
        raise Refused("another number of signatures")
    if len(wanted) != len(digests) or authorized and not set(wanted) <= set(authorized):
        raise Refused("a digest that was not authorized")
    return entries


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--log-key", required=True)
    parser.add_argument("--witness", action="append", default=[])
    given = parser.parse_args()
    with given.file.open("rb") as file:
        octets = file.read(tlog.LONGEST + 1)
    try:
        entries, head = verify(octets, given.log_key, given.witness)
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    for entry in entries:
        print(json.dumps({"index": entry.index, "kind": entry.header.kind, "time": entry.header.time} | entry.payload))
    return 0


if __name__ == "__main__":
    sys.exit(main())
