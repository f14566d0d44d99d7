"""Reads and checks a .tlog-proof file, without the log and without any code of the product.

    python -m audit.tlog FILE --entry ENTRY --origin NAME --log-key VKEY [--witness VKEY]…

Written from the published formats: C2SP tlog-proof, tlog-checkpoint, tlog-cosignature and signed-note, and RFC 9162 §2.1.
All witnesses that are named must have cosigned. Prints what was proven; exits with 1 if it was not.
"""

import argparse
import base64
import binascii
import hashlib
import re
import sys

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_der_public_key

ED25519, ECDSA, COSIGNATURE = 1, 2, 4
MAGIC = "c2sp.org/tlog-proof@v1"
# Octets of the largest file, signatures of a note, hashes of a proof.
LONGEST, MOST_SIGNATURES, MOST_HASHES = 1 << 20, 100, 63


class Refused(Exception):
    """The file proves nothing, and why."""


def unbase64(text):
    """The octets of the one text that base64 has for them."""
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"no base64: {text[:60]!r}") from error
    if base64.b64encode(octets).decode() != text:
        raise Refused(f"base64 that could be written otherwise: {text[:60]!r}")
    return octets


def number(text):
    """A decimal number without sign and leading zeroes, of 63 bits."""
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text) or int(text) >= 1 << 63:
        raise Refused(f"no number: {text[:60]!r}")
    return int(text)


def digest_of(text):
    octets = unbase64(text)
    if len(octets) != 32:
        raise Refused(f"no SHA-256: {text[:60]!r}")
    return octets


@dataclass(frozen=True)
class Key:
    """A verifier key (signed-note, "Verifier keys")."""

    name: str
    id: bytes
    kind: int
    public: bytes

    @classmethod
    def read(cls, vkey):
        parts = vkey.split("+", 2)
        if len(parts) != 3 or not is_name(parts[0]) or not re.fullmatch("[0-9a-f]{8}", parts[1]):
            raise Refused(f"no verifier key: {vkey[:60]!r}")
        typed = unbase64(parts[2])
        if not typed or typed[0] not in (ED25519, ECDSA, COSIGNATURE):
            raise Refused("a verifier key of an unknown type")
        hashed = typed[1:] if typed[0] == ECDSA else parts[0].encode() + b"\n" + typed
        if hashlib.sha256(hashed).digest()[:4].hex() != parts[1]:
            raise Refused("a verifier key with another id")
        return cls(parts[0], bytes.fromhex(parts[1]), typed[0], typed[1:])

    def verify(self, text, signature):
        """When it was made, for a cosignature: seconds since 1970."""
        try:
            if self.kind == ECDSA:
                load_der_public_key(self.public).verify(signature, text, ec.ECDSA(hashes.SHA256()))
                return None
            public = ed25519.Ed25519PublicKey.from_public_bytes(self.public)
            if self.kind == ED25519:
                public.verify(signature, text)
                return None
            time = int.from_bytes(signature[:8], "big")
            if len(signature) != 72 or time >= 1 << 63:
                raise Refused(f"no cosignature of {self.name}")
            public.verify(signature[8:], b"cosignature/v1\ntime %d\n" % time + text)
            return time
        except InvalidSignature as error:
            raise Refused(f"no signature of {self.name}") from error


def is_name(text):
    return text != "" and "+" not in text and not any(letter.isspace() or letter < " " for letter in text)


def signatures(note):
    """The text of a note, and name, key id and octets of each signature (signed-note, "Format")."""
    try:
        written = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("a note that is no UTF-8") from error
    if any(letter < " " and letter != "\n" for letter in written):
        raise Refused("a note with control characters")
    text, blank, lines = written.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise Refused("a note without signatures")
    lines = lines[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Refused("a note with too many signatures")
    found = []
    for line in lines:
        match = re.fullmatch("\N{EM DASH} ([^ ]+) ([^ ]+)", line)
        if not match or not is_name(match[1]):
            raise Refused(f"no signature line: {line[:60]!r}")
        octets = unbase64(match[2])
        if len(octets) < 5:
            raise Refused("a signature without octets")
        found.append((match[1], octets[:4], octets[4:]))
    return (text + "\n").encode(), found


@dataclass(frozen=True)
class Checkpoint:
    size: int
    root: bytes
    # By name, in seconds since 1970.
    witnessed: dict


def checkpoint(note, origin, log_key, witnesses):
    """The head of a tree that the log signed and all witnesses cosigned (tlog-checkpoint)."""
    text, found = signatures(note)
    times = {}
    for key in [log_key, *witnesses]:
        own = [octets for name, id, octets in found if (name, id) == (key.name, key.id)]
        if not own:
            raise Refused(f"{key.name} did not sign")
        times[key] = [key.verify(text, octets) for octets in own][0]
    lines = text.decode().split("\n")
    if len(lines) < 4 or "" in lines[:-1]:
        raise Refused("no checkpoint")
    if lines[0] != origin:
        raise Refused(f"a checkpoint of {lines[0]!r}")
    return Checkpoint(number(lines[1]), digest_of(lines[2]), {key.name: times[key] for key in witnesses})


@dataclass(frozen=True)
class Proof:
    extra: bytes | None
    index: int
    hashes: list
    note: bytes

    @classmethod
    def read(cls, octets):
        if len(octets) > LONGEST:
            raise Refused("a file that is too large")
        head, blank, note = octets.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise Refused("a proof that is no ASCII") from error
        if not blank or lines.pop(0) != MAGIC:
            raise Refused("no proof")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = unbase64(lines.pop(0).removeprefix("extra "))
            if not extra:
                raise Refused("an extra without octets")
        if not lines or not lines[0].startswith("index "):
            raise Refused("a proof without an index")
        index = number(lines.pop(0).removeprefix("index "))
        if len(lines) > MOST_HASHES:
            raise Refused("a proof with too many hashes")
        return cls(extra, index, [digest_of(line) for line in lines], note)


def root_of(index, size, leaf, path):
    """The root that an inclusion proof leads to, by the definition of the path (RFC 9162 §2.1.3.1), from its end."""
    if size == 1:
        if path:
            raise Refused("a proof with too many hashes")
        return leaf
    if not path:
        raise Refused("a proof with too few hashes")
    left = 1 << (size - 1).bit_length() - 1
    *path, sibling = path
    if index < left:
        pair = root_of(index, left, leaf, path) + sibling
    else:
        pair = sibling + root_of(index - left, size - left, leaf, path)
    return hashlib.sha256(b"\1" + pair).digest()


def verify(octets, entry, origin, log_key, witnesses=()):
    """The proof and the checkpoint, if the log has the entry. Keys are verifier keys as text."""
    proof = Proof.read(octets)
    head = checkpoint(proof.note, origin, Key.read(log_key), [Key.read(each) for each in witnesses])
    if proof.index >= head.size:
        raise Refused("an entry beyond the end of the log")
    leaf = hashlib.sha256(b"\0" + entry).digest()
    if root_of(proof.index, head.size, leaf, proof.hashes) != head.root:
        raise Refused("the log does not have this entry at this place")
    return proof, head


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--entry", type=Path, required=True)
    parser.add_argument("--origin", required=True)
    parser.add_argument("--log-key", required=True)
    parser.add_argument("--witness", action="append", default=[])
    given = parser.parse_args()
    try:
        proof, head = verify(
            given.file.read_bytes(), given.entry.read_bytes(), given.origin, given.log_key, given.witness)
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    print(f"{given.origin}: entry {proof.index} of {head.size}")
    for name, time in head.witnessed.items():
        print(f"{name} saw it by {datetime.fromtimestamp(time, timezone.utc):%Y-%m-%d %H:%M:%S} UTC")
    return 0


if __name__ == "__main__":
    sys.exit(main())
