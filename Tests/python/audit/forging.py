"""Reads and writes the audit log in a database as somebody does who has the file and no key of the gateway.

Written from Specs/design/audit.md and the published formats (RFC 9162 §2.1, C2SP tlog-tiles, tlog-checkpoint,
signed-note), with no code of the product.
"""

import base64
import hashlib
import json
import os
import sqlite3
import struct

from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

BEGINNING = bytes(32)
# Columns of a lane and of its progress. What a gateway adds to a lane is for itself.
LANE = "(lane, instance, count, last, row_mac)"
WIDTH = 256


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


@dataclass(frozen=True)
class Header:
    time: int
    kind: bytes
    partner: bytes
    instance: bytes
    lane: int
    number: int
    previous: bytes
    payload: bytes

    @classmethod
    def read(cls, octets):
        place = 9

        def counted():
            nonlocal place
            begin = place + 1
            place = begin + octets[place]
            return octets[begin:place]

        kind, partner, instance = counted(), counted(), counted()
        lane, number = struct.unpack_from(">QQ", octets, place)
        rest = octets[place + 16:]
        return cls(int.from_bytes(octets[1:9], "big"), kind, partner, instance, lane, number, rest[:32], rest[32:])

    @property
    def octets(self):
        texts = b"".join(bytes([len(text)]) + text for text in (self.kind, self.partner, self.instance))
        return struct.pack(">BQ", 1, self.time) + texts + struct.pack(
            ">QQ", self.lane, self.number) + self.previous + self.payload


def leaf(header):
    return sha256(b"\0", header)


class Tree:
    """All perfect subtrees over some leaves: `levels[n]` has those of 2ⁿ leaves."""

    def __init__(self, leaves):
        self.levels = [list(leaves)]
        while len(below := self.levels[-1]) > 1:
            self.levels.append([sha256(b"\1", *below[place:place + 2]) for place in range(0, len(below) - 1, 2)])

    @property
    def size(self):
        return len(self.levels[0])

    @property
    def root(self):
        if not self.size:
            return sha256()
        # The peaks, the lowest first.
        peaks = [level[-1] for level in self.levels if len(level) % 2]
        root = peaks[0]
        for peak in peaks[1:]:
            root = sha256(b"\1", peak, root)
        return root

    def tiles(self):
        """Level, number and hashes of each, full and partial."""
        for level, row in enumerate(self.levels[::8]):
            for place in range(0, len(row), WIDTH):
                yield level, place // WIDTH, b"".join(row[place:place + WIDTH])


class Signer:
    """A log key of one's own."""

    def __init__(self, origin):
        self.origin = origin
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.id = sha256(self.public)[:4]

    @property
    def vkey(self):
        return f"{self.origin}+{self.id.hex()}+{base64.b64encode(bytes([2]) + self.public).decode()}"

    def checkpoint(self, tree):
        text = checkpoint_text(self.origin, tree)
        signature = self.private.sign(text, ec.ECDSA(hashes.SHA256()))
        return text + b"\n" + "\N{EM DASH} {} {}\n".format(
            self.origin, base64.b64encode(self.id + signature).decode()).encode()


def checkpoint_text(origin, tree):
    return f"{origin}\n{tree.size}\n{base64.b64encode(tree.root).decode()}\n".encode()


def size_of(checkpoint):
    return int(checkpoint.split(b"\n")[1]) if checkpoint else 0


class Log:
    """The tables of the log in one database file, to be read and written."""

    def __init__(self, database):
        self.db = sqlite3.connect(database)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.db.commit()
        self.db.close()

    def run(self, statement, *values):
        """The number of rows that were changed."""
        return self.db.execute(statement, values).rowcount

    def all(self, statement, *values):
        return self.db.execute(statement, values).fetchall()

    @property
    def count(self):
        return self.all("SELECT count(*) FROM audit_entry")[0][0]

    def header(self, position):
        return Header.read(self.all("SELECT header FROM audit_entry WHERE position = ?", position)[0][0])

    def leaves(self):
        return [leaf(row[0]) for row in self.all("SELECT header FROM audit_entry ORDER BY position")]

    def last_of(self, kind):
        """The position of the last entry of a kind."""
        return max(
            position for position, header in self.all("SELECT position, header FROM audit_entry")
            if Header.read(header).kind == kind.encode())

    def rewrite(self, position, payload=None, **changes):
        """Changes an entry with a fitting digest, and everything behind it in its lane, and the lane's row."""
        header = replace(self.header(position), **changes)
        if payload is not None:
            salt = os.urandom(16)
            header = replace(header, payload=sha256(salt, payload))
            self.run("UPDATE audit_entry SET salt = ?, payload = ? WHERE position = ?", salt, payload, position)
        self.run("UPDATE audit_entry SET header = ? WHERE position = ?", header.octets, position)
        self.relink(header.lane)

    def relink(self, lane):
        """Has the numbers and leaves of a lane fit together again."""
        number, last, instance = 0, BEGINNING, b""
        for position, octets in self.all("SELECT position, header FROM audit_entry ORDER BY position"):
            header = Header.read(octets)
            if header.lane == lane:
                number, instance = number + 1, header.instance
                octets = replace(header, number=number, previous=last).octets
                last = leaf(octets)
                self.run("UPDATE audit_entry SET header = ? WHERE position = ?", octets, position)
        self.lane(lane, instance, number, last)

    def lane(self, lane, instance, count, last):
        """Its rows: those in use have a MAC, which stays as it is or is made up."""
        for table in ("audit_lane", "audit_progress"):
            if not count:
                self.run(f"DELETE FROM {table} WHERE lane = ?", lane)
            elif not self.run(f"UPDATE {table} SET count = ?, last = ? WHERE lane = ?", count, last, lane):
                self.run(f"INSERT INTO {table} {LANE} VALUES (?, ?, ?, ?, ?)", lane, instance.decode(), count, last, bytes(32))

    def progress(self, size):
        """Says of all lanes how far they are in a tree of that size, with the MACs that were there or made-up ones."""
        macs = dict(self.all("SELECT lane, row_mac FROM audit_progress"))
        ends = {}
        for (octets,) in self.all("SELECT header FROM audit_entry WHERE position <= ? ORDER BY position", size):
            header = Header.read(octets)
            ends[header.lane] = (header.instance.decode(), header.number, leaf(octets))
        self.run("DELETE FROM audit_progress")
        for lane, end in ends.items():
            self.run("INSERT INTO audit_progress VALUES (?, ?, ?, ?, ?)", lane, *end, macs.get(lane, bytes(32)))

    def close_gaps(self):
        """Positions from 1 on again."""
        for place, (position,) in enumerate(self.all("SELECT position FROM audit_entry ORDER BY position"), 1):
            self.run("UPDATE audit_entry SET position = ? WHERE position = ?", place, position)

    def forge(self, lane=None, payload=b'{"lost":1}', kind=b"database.restored", with_lane=True):
        """One more entry at the end: of the lane that wrote last, or of another."""
        last = self.header(self.count)
        if lane is None:
            last_leaf, number = leaf(last.octets), last.number + 1
        else:
            last_leaf, number = BEGINNING, 1
        salt = os.urandom(16)
        header = replace(
            last, kind=kind, lane=last.lane if lane is None else lane, number=number, previous=last_leaf,
            payload=sha256(salt, payload))
        self.run("INSERT INTO audit_entry (header, salt, payload) VALUES (?, ?, ?)", header.octets, salt, payload)
        if with_lane:
            changed = self.run(
                "UPDATE audit_lane SET count = ?, last = ? WHERE lane = ?", number, leaf(header.octets), header.lane)
            if not changed:
                self.run(
                    f"INSERT INTO audit_lane {LANE} VALUES (?, ?, ?, ?, ?)", header.lane, header.instance.decode(), number,
                    leaf(header.octets), bytes(32))

    def plant(self, signer=None, size=None):
        """Makes tiles, progress and checkpoint fit the entries: with a key of one's own, or with the old signature."""
        tree = Tree(self.leaves()[:size])
        self.progress(tree.size)
        self.run("DELETE FROM audit_tile")
        self.db.executemany("INSERT INTO audit_tile VALUES (?, ?, ?)", tree.tiles())
        if signer:
            self.put(signer.checkpoint(tree))
        else:
            text, blank, lines = self.checkpoint.partition(b"\n\n")
            self.put(checkpoint_text(text.split(b"\n")[0].decode(), tree)[:-1] + blank + lines)

    @property
    def checkpoint(self):
        return self.all("SELECT checkpoint FROM audit_tree")[0][0]

    def put(self, checkpoint):
        self.run("UPDATE audit_tree SET checkpoint = ?", checkpoint)

    def cut(self, size):
        """Leaves so many entries, with lanes that fit."""
        self.run("DELETE FROM audit_entry WHERE position > ?", size)
        ends = {lane: (b"", 0, BEGINNING) for (lane,) in self.all("SELECT lane FROM audit_lane WHERE count > 0")}
        for (octets,) in self.all("SELECT header FROM audit_entry ORDER BY position"):
            header = Header.read(octets)
            ends[header.lane] = (header.instance, header.number, leaf(octets))
        for lane, end in ends.items():
            self.lane(lane, *end)

    def write_again(self):
        """The last signature becomes another one: its entry, and all behind it in its lane."""
        position = self.last_of("signature.made")
        body = json.loads(self.all("SELECT payload FROM audit_entry WHERE position = ?", position)[0][0])
        body["signatures"] = sha256(b"others").hex()
        self.rewrite(position, json.dumps(body, separators=(",", ":"), sort_keys=True).encode())
