"""The promises, one function each, held against what the clients got and what the gateway kept."""

import collections
import hashlib
import json
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import tempfile

from crash.books import (
    OPERATION_COMPLETED, OPERATION_UNKNOWN, SLOT_AUTHORIZED, SLOT_CONSUMED, SLOT_RESERVED, request_digest,
)

OPENSSL_SAMPLE = 150


def check_answers(books, desks, require):
    """Promises a and b: what the clients got."""
    for sad in (sad for desk in desks for sad in desk.sads):
        activation = books.activations.get(sad.name)
        require(activation is not None, f"SAD {sad.name} was handed out and is not in the ledger")
        require(sad.name in books.granted, f"SAD {sad.name} was handed out and is not in the audit log")
        released = {signature for answer in sad.answers.values() for signature in answer}
        require(len(released) <= sad.count, f"SAD {sad.name} released {len(released)} signatures of {sad.count}")
        # By requests too: RSA signs the same digest twice with the same signature.
        total = sum(map(len, sad.answers))
        require(total <= sad.count, f"SAD {sad.name} answered for {total} signatures of {sad.count}")
        signed = collections.Counter(digest for request in sad.answers for digest in request)
        unauthorized = collections.Counter() if sad.bound is None else signed - collections.Counter(sad.bound)
        require(not unauthorized, f"SAD {sad.name} signed digests that it was not authorized for")
        consumed = sum(state == SLOT_CONSUMED for state, _ in books.slots[sad.name])
        require(total <= consumed, f"SAD {sad.name} released {total} signatures and consumed {consumed} slots")
        for request, signatures in sad.answers.items():
            check_answer(books, sad, request, signatures, require)


def check_answer(books, sad, request, signatures, require):
    names = books.by_request[sad.name, request_digest(sad.credential, request)]
    completed = [name for name in names if books.operations[name][1] == OPERATION_COMPLETED]
    if len(completed) != 1:
        require(False, f"a released answer of SAD {sad.name} belongs to {len(completed)} completed operations")
        return
    name = completed[0]
    require(books.operations[name][2] == signatures, f"operation {name} released other signatures than it stored")
    intent = books.entries["signature.intended"].get(name)
    outcome = books.entries["signature.made"].get(name)
    if intent is None or outcome is None:
        require(False, f"operation {name} released signatures without intent and outcome in the audit log")
        return
    require(intent["seq"] < outcome["seq"], f"operation {name}: the outcome is before the intent")
    require(intent["activation"] == sad.name, f"operation {name}: the intent names another SAD")
    require(
        intent["digests"] == [digest.hex() for digest in request], f"operation {name}: the intent has other digests")


def check_ledger(books, reserved, require):
    """Promise c: every row, whether a client heard of it or not."""
    require(books.integrity == "ok", f"SQLite finds the database damaged: {books.integrity}")
    require(not books.duplicates, f"operations or authorizations with two entries of a kind: {books.duplicates[:3]}")
    require(
        books.activations.keys() == books.granted.keys(), "ledger and audit log do not know the same authorizations")
    held = collections.defaultdict(collections.Counter)
    no_operation = (None, None, ())
    for activation, slots in books.slots.items():
        wanted = books.activations.get(activation, {}).get("numSignatures", 0)
        require(len(slots) == wanted, f"SAD {activation} has {len(slots)} slots for {wanted} signatures")
        consumed = sum(state == SLOT_CONSUMED for state, _ in slots)
        stored = sum(len(books.operations.get(name, no_operation)[2]) for name in {name for _, name in slots})
        require(consumed == stored, f"SAD {activation} consumed {consumed} slots for {stored} stored signatures")
        for state, name in slots:
            held[name][state] += 1
            owner = books.operations.get(name, no_operation)[0]
            require(name is None or owner == activation, f"a slot of SAD {activation} went to operation {name}")
    require(set(held[None]) <= {SLOT_AUTHORIZED}, "slots were spent by no operation")
    intended, made, unknown = (
        books.entries[kind] for kind in ["signature.intended", "signature.made", "signature.unknown"])
    require(intended.keys() == books.operations.keys(), "ledger and audit log do not know the same operations")
    require(unknown.keys() == reserved, "the operations recorded as unknown are not those that kills left reserved")
    for name, (_, state, signatures) in books.operations.items():
        digests = len(intended[name]["digests"]) if name in intended else 0
        require(
            (name in made, name in unknown) == (state == OPERATION_COMPLETED, state == OPERATION_UNKNOWN),
            f"operation {name} is in state {state}; the audit log says otherwise")
        if state == OPERATION_COMPLETED:
            require(held[name] == {SLOT_CONSUMED: digests}, f"operation {name} holds slots {held[name]} for {digests}")
            require(len(signatures) == digests, f"operation {name} stored {len(signatures)} signatures for {digests}")
            fingerprint = hashlib.sha256(b"".join(signatures)).hexdigest()
            logged = made.get(name, {}).get("signatures")
            require(logged == fingerprint, f"operation {name}: the audit log has another fingerprint")
        elif state == OPERATION_UNKNOWN:
            require(held[name] == {SLOT_RESERVED: digests}, f"operation {name} holds slots {held[name]} for {digests}")
            require(not signatures, f"operation {name} is unknown and has signatures")
            if name in intended and name in unknown:
                require(intended[name]["seq"] < unknown[name]["seq"], f"operation {name} was unknown before its intent")
        else:
            require(False, f"operation {name} is in state {state} after the last start")


def check_audit(gateway, auditor, folder, require):
    """Promise d, and that the verifier would have noticed. Returns what it says."""
    result = gateway.audit("verify", *auditor.options())
    require(result.returncode == 0, f"audit verify: {result.stdout.strip()}")
    count, in_tree = map(int, re.findall("[0-9]+", result.stdout)[:2]) if result.returncode == 0 else (0, 0)
    require(count == in_tree, f"{count - in_tree} entries are not in the tree after an orderly end")
    require(len(auditor.files) > 1, "no checkpoint was seen on the way")
    damages = [
        "UPDATE audit_entry SET payload = CAST(replace(payload, 'portal', 'Portal') AS BLOB) WHERE position = 3",
        "DELETE FROM audit_entry WHERE position = (SELECT max(position) / 2 FROM audit_entry)",
        "DELETE FROM audit_entry WHERE position = (SELECT max(position) FROM audit_entry)",
    ]
    for damage in damages:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            copy = pathlib.Path(place) / "copy.sqlite"
            source, target = sqlite3.connect(gateway.database), sqlite3.connect(copy)
            source.backup(target)
            source.close()
            changed = target.execute(damage).rowcount
            target.commit()
            target.close()
            noticed = gateway.audit("verify", database=copy).returncode == 1
            require(changed == 1 and noticed, f"audit verify did not notice: {damage}")
    return result.stdout.strip()


def check_signatures(desks, keys, folder, require):
    """A sample of the signatures, with OpenSSL."""
    signed = [
        (keys[sad.credential["credentialID"]], digest, signature)
        for desk in desks for sad in desk.sads for request, answer in sad.answers.items()
        for digest, signature in zip(request, answer)
    ]
    sample = random.sample(signed, min(OPENSSL_SAMPLE, len(signed)))
    for key, digest, signature in sample:
        require(openssl_accepts(key, digest, signature, folder), f"OpenSSL refuses the signature of {digest.hex()}")
    for key, _, signature in sample[:3]:
        require(not openssl_accepts(key, os.urandom(32), signature, folder), "OpenSSL accepts any signature")
    return len(sample)


def openssl_accepts(key, digest, signature, folder):
    (folder / "digest").write_bytes(digest)
    (folder / "signature").write_bytes(signature)
    result = subprocess.run(
        [
            "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-in", folder / "digest", "-sigfile",
            folder / "signature", "-pkeyopt", "digest:sha256",
        ], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return result.returncode == 0


def check_log(gateway, secrets, require):
    """Errors in the gateway's log, and secrets. Warnings of unknown outcomes are what a kill must leave."""
    text = gateway.log.read_text(errors="replace")
    for secret in secrets:
        require(secret not in text, "a PIN, SAD or token is in the gateway's log")
    expected = ("making ", "The sandbox serves on ", "Users, tokens and credentials: ")
    warnings = collections.Counter()
    for line in text.splitlines():
        if not line or line.startswith(expected):
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            require(False, f"the gateway's log says: {line}")
            continue
        if entry["level"] == "warning":
            warnings[entry["message"]] += 1
        else:
            require(entry["level"] in ("info", "notice"), f"the gateway's log says: {line}")
    return warnings
