"""What the gateway keeps: the database and the audit log."""

import collections
import hashlib
import json
import sqlite3
import struct

from harness.gateway import copy_of, opened

ALGORITHM_NAMES = {"p256": "ecdsa-sha256", "rsa2048": "rsa-pkcs1-sha256"}

# States in the database.
SLOT_AUTHORIZED, SLOT_RESERVED, SLOT_CONSUMED, SLOT_RELEASED = range(4)
OPERATION_RESERVED, OPERATION_COMPLETED, OPERATION_RELEASED, OPERATION_UNKNOWN = range(4)


class Books:
    """The database and the audit log after the last stop."""

    def __init__(self, gateway):
        db = sqlite3.connect(gateway.database)
        self.integrity = db.execute("PRAGMA integrity_check").fetchone()[0]
        self.activations = {
            digest.hex(): json.loads(text) for digest, text in db.execute("SELECT digest, binding FROM activation")
        }
        self.slots = slots_of(db)
        self.operations = {}
        self.by_request = collections.defaultdict(list)
        rows = db.execute("SELECT id, activation, request, state, signatures FROM operation")
        for name, activation, request, state, signatures in rows:
            self.operations[name] = (activation.hex(), state, signature_list(signatures or b""))
            self.by_request[activation.hex(), request].append(name)
        db.close()
        self.entries = collections.defaultdict(dict)
        self.duplicates = []
        self.granted = {}
        self.counts = collections.Counter()
        listing = gateway.audit("list")
        listing.check_returncode()
        for entry in map(json.loads, listing.stdout.splitlines()):
            self.counts[entry["kind"]] += 1
            if entry["kind"] == "authorization.granted":
                if self.granted.setdefault(entry["activation"], entry) is not entry:
                    self.duplicates.append(entry)
            if "operation" in entry:
                if self.entries[entry["kind"]].setdefault(entry["operation"], entry) is not entry:
                    self.duplicates.append(entry)


def slots_of(db):
    """For each SAD, by its name, the state of each slot and the operation that holds it."""
    holders = {}
    # An operation that gave its slots back comes first, so that another one takes its place.
    rows = db.execute("SELECT id, activation, slots FROM operation ORDER BY state <> ?", [OPERATION_RELEASED])
    for name, activation, ranges in rows:
        for begin in range(0, len(ranges), 8):
            first, count = struct.unpack(">II", ranges[begin : begin + 8])
            holders |= {(activation, number): name for number in range(first, first + count)}
    slots = collections.defaultdict(list)
    for activation, states in db.execute("SELECT activation, states FROM slots"):
        slots[activation.hex()] = [
            (state, holders.get((activation, number))) for number, state in enumerate(states)]
    return slots


def signature_list(stored):
    """Signatures in one column: each after its length in two octets, big endian."""
    signatures = []
    while stored:
        length = int.from_bytes(stored[:2], "big")
        signatures.append(stored[2 : 2 + length])
        stored = stored[2 + length :]
    return tuple(signatures)


def request_digest(credential, request):
    """What the ledger calls a request: everything that determines its signatures."""
    algorithm = ALGORITHM_NAMES[credential["key"]]
    text = {
        "credential": credential["credentialID"], "method": "signHash", "parameters": hashlib.sha256().hexdigest(),
        "items": [{"algorithm": algorithm, "authorized": digest.hex(), "hash": "sha256"} for digest in request],
    }
    return hashlib.sha256(json.dumps(text, separators=(",", ":"), sort_keys=True).encode()).digest()


def left_behind(database):
    """The operations that a kill left between intent and outcome, and the number of entries in the audit log."""
    with copy_of(database) as copy, opened(copy) as db:
        # Raises sqlite3.Error if the ledger has gone.
        operations = {row[0] for row in db.execute("SELECT id FROM operation WHERE state = ?", [OPERATION_RESERVED])}
        return operations, db.execute("SELECT count(*) FROM audit_entry").fetchone()[0]
