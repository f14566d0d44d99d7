"""Makes a database with a log of a million entries, without a gateway, and measures `countersign audit verify`.

    python -m audit.million [--entries N] [--program PROGRAM] [--keep FILE]

The entries are those of a gateway at work: of each signature the authorization, the intent and the outcome, in lanes
of 30,000. Database and key are the script's own. It needs some 700 MB of disk and 600 MB of memory for a million.
Exits with 1 if the log is not found whole, or an entry that is changed then is not found.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

from pathlib import Path

from audit.forging import BEGINNING, Header, Log, Signer, Tree, leaf, sha256
from harness.program import PROGRAM

ORIGIN = "million.example/log"
MOST = 4_000_000
LANE = 30_000
# Seconds that one reading may take.
LIMIT = 3600
BEGIN = 1_800_000_000_000
# As the product makes them; the verifier needs no others.
TABLES = """
  PRAGMA synchronous = OFF;
  CREATE TABLE audit_entry (
    position INTEGER PRIMARY KEY, header BLOB NOT NULL, salt BLOB NOT NULL, payload BLOB NOT NULL);
  CREATE TABLE audit_lane (
    lane INTEGER PRIMARY KEY, instance TEXT NOT NULL, count INTEGER NOT NULL, last BLOB NOT NULL, row_mac BLOB NOT NULL);
  CREATE TABLE audit_progress (
    lane INTEGER PRIMARY KEY, instance TEXT NOT NULL, count INTEGER NOT NULL, last BLOB NOT NULL, row_mac BLOB NOT NULL);
  CREATE TABLE audit_tile (
    level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL, UNIQUE (level, number));
  CREATE TABLE audit_tree (
    one INTEGER PRIMARY KEY, checkpoint BLOB NOT NULL, time INTEGER NOT NULL, fence INTEGER NOT NULL,
    row_mac BLOB NOT NULL);
"""
CREDENTIAL = "cred-0123456789abcdef"


def events():
    """Kinds and members, without an end: a credential, and then its signatures."""
    yield "subject.registered", {"partner": "portal", "signer": "signer-0123456789abcdef"}
    yield "key.made", {"credential": CREDENTIAL, "keyType": "p256", "partner": "portal"}
    yield "certificate.issued", {"credential": CREDENTIAL, "serialNumber": "4487004C8DD43D7A07A6099BA1AE702E"}
    for number in range(MOST):
        activation, operation, digest, signature = (
            hashlib.sha256(f"{what} {number}".encode()).hexdigest() for what in ("SAD", "call", "digest", "signature"))
        yield "authorization.granted", {
            "activation": activation, "credential": CREDENTIAL, "digests": [digest],
            "expires": BEGIN // 1000 + number + 300, "factors": ["pin"], "numSignatures": 1, "partner": "portal",
        }
        yield "signature.intended", {
            "activation": activation, "algorithm": "ecdsa-sha256", "authorized": [digest], "credential": CREDENTIAL,
            "digests": [digest], "operation": operation[:32],
        }
        yield "signature.made", {"count": 1, "operation": operation[:32], "signatures": signature}


def rows(count, leaves, lanes):
    """Rows of audit_entry; fills the leaves and the ends of the lanes."""
    lane, number, previous = 0, LANE, BEGINNING
    partner = sha256(b"portal")
    for position, (kind, members) in zip(range(1, count + 1), events()):
        if number == LANE:
            lane, number, previous = lane + 1, 0, BEGINNING
        number += 1
        payload = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
        salt = sha256(b"salt", position.to_bytes(8, "big"))[:16]
        header = Header(
            BEGIN + position * 333, kind.encode(), partner, b"gateway", lane, number, previous,
            sha256(salt, payload)).octets
        previous = leaf(header)
        leaves.append(previous)
        lanes[lane] = (number, previous)
        yield position, header, salt, payload


def make(database, count):
    """The log's key."""
    signer, leaves, lanes = Signer(ORIGIN), [], {}
    with Log(database) as log:
        log.db.executescript(TABLES)
        log.db.executemany("INSERT INTO audit_entry VALUES (?, ?, ?, ?)", rows(count, leaves, lanes))
        log.db.executemany(
            "INSERT INTO audit_lane VALUES (?, 'gateway', ?, ?, zeroblob(32))",
            ((lane, *end) for lane, end in lanes.items()))
        log.run("INSERT INTO audit_progress SELECT * FROM audit_lane")
        tree = Tree(leaves)
        log.db.executemany("INSERT INTO audit_tile VALUES (?, ?, ?)", tree.tiles())
        log.run("INSERT INTO audit_tree VALUES (1, ?, 0, 1, zeroblob(32))", signer.checkpoint(tree))
    return signer.vkey


def verify(program, database, key):
    """The process's result, seconds, and the largest memory of any so far in MiB."""
    begin = time.monotonic()
    result = subprocess.run(
        [program, "audit", "verify", "--database", database, "--log-key", key], capture_output=True, text=True,
        timeout=LIMIT)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return result, time.monotonic() - begin, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--keep", type=Path, help="where the database is made and left")
    given = parser.parse_args()
    if not 1_000 <= given.entries <= MOST:
        parser.error(f"--entries is between 1000 and {MOST}")
    with tempfile.TemporaryDirectory() as folder:
        return measure(given, given.keep or Path(folder) / "million.sqlite")


def measure(given, database):
    begin = time.monotonic()
    key = make(database, given.entries)
    size = os.path.getsize(database)
    print(f"made {given.entries} entries, {size >> 20} MiB, in {time.monotonic() - begin:.0f} s", flush=True)
    result, seconds, memory = verify(given.program, database, key)
    print(result.stdout.strip() or result.stderr.strip())
    print(f"verified in {seconds:.1f} s, {given.entries / seconds:.0f} entries/s, at most {memory} MiB")
    if result.returncode:
        return 1
    last = given.entries - 1
    with Log(database) as log:
        log.run("UPDATE audit_entry SET salt = zeroblob(16) WHERE position = ?", last)
    result, _, _ = verify(given.program, database, key)
    print(result.stdout.strip())
    return 0 if result.returncode == 1 and f"entry {last} was changed" in result.stdout else 1


if __name__ == "__main__":
    sys.exit(main())
