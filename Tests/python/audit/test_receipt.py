"""Receipts of a sandbox's signatures, checked by the product's command and by a reader written from the formats."""

import base64
import hashlib
import json
import random
import subprocess
import time

import pytest

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit import receipt, tlog
from harness.failure import require
from harness.portal import Portal, digest
from harness.program import ROOT

LABEL = "p256-pin"
# Octets that are changed where the program is started for each; the test of all octets is ReceiptTests.
CHANGES = 12
COUNTERSIGN = ROOT / ".build/debug/countersign"


@pytest.fixture(scope="module")
def key(gateway):
    done = gateway.run("audit", "key", "--config", gateway.state / "config.json")
    assert done.returncode == 0, done.stdout
    return done.stdout.strip()


@pytest.fixture(scope="module")
def signed(gateway, sandbox):
    """What was signed, as the log has it."""
    portal = Portal(sandbox)
    octets = digest()
    token = portal.owner(LABEL)["serviceToken"]
    answer = portal.authorize(LABEL, [octets], {"PIN": portal.owner(LABEL)["pin"]}, token)
    require(answer.status == 200, answer.summary())
    signatures = portal.signed(LABEL, [octets], token, answer.json()["SAD"])
    return {"digest": octets.hex(), "signature": signatures[0], "certificate": portal.certificate(LABEL)}


@pytest.fixture(scope="module")
def file(gateway, signed, key, folder):
    """The receipt, once the entry is in the tree."""
    path = folder / "receipt.tlog-proof"
    end = time.monotonic() + 20
    while True:
        done = gateway.audit("prove", signed["digest"], "--log-key", key, "--out", path)
        if done.returncode == 0:
            return path
        assert "not in the tree yet" in done.stdout and time.monotonic() < end, done.stdout
        time.sleep(0.1)


def verify(path, *arguments):
    """As somebody without the gateway does."""
    return subprocess.run(
        [COUNTERSIGN, "receipt", "verify", path, *arguments], env={}, cwd="/", capture_output=True, text=True)


def test_a_reader_of_the_formats_verifies_it(file, key, signed):
    entries, head = receipt.verify(file.read_bytes(), key)
    made = entries[0]
    by_kind = {entry.header.kind: entry.payload for entry in entries}
    assert made.index < head.size
    assert by_kind["signature.intended"]["digests"] == [signed["digest"]]
    assert by_kind["authorization.granted"]["evidence"][0]["factor"] == "PIN"
    assert by_kind["certificate.issued"]["credential"] == by_kind["signature.intended"]["credential"]


def test_the_command_shows_it_to_a_person(file, key, signed):
    done = verify(file, "--log-key", key)
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ["The receipt is valid. It proves one signature.", signed["digest"], "the factor PIN", "serial number"]:
        assert part in done.stdout, done.stdout


def test_the_command_and_the_reader_say_the_same(file, key):
    done = verify(file, "--log-key", key, "--json")
    shown = json.loads(done.stdout)
    entries, head = receipt.verify(file.read_bytes(), key)
    assert shown["valid"] is True and shown["log"]["size"] == head.size
    assert shown["log"]["origin"] == tlog.Key.read(key).name
    others = {entry.index: entry for entry in entries}
    assert [entry["index"] for entry in shown["entries"]] == sorted(others)
    for entry in shown["entries"]:
        other = others[entry["index"]]
        assert entry["partnerDigest"] == other.header.partner.hex() and entry["kind"] == other.header.kind
        assert entry.items() >= other.payload.items()


def test_the_reader_refuses_each_changed_octet(file, key):
    octets = file.read_bytes()
    for place in range(len(octets)):
        changed = bytearray(octets)
        changed[place] ^= 1
        with pytest.raises(tlog.Refused):
            receipt.verify(bytes(changed), key)
    for cut in range(0, len(octets), 7):
        with pytest.raises(tlog.Refused):
            receipt.verify(octets[:cut], key)


def test_the_command_refuses_changed_octets(file, key, tmp_path):
    octets = file.read_bytes()
    chosen = random.Random(12)
    copy = tmp_path / "changed"
    for place in chosen.sample(range(len(octets)), CHANGES):
        changed = bytearray(octets)
        changed[place] ^= 1 << chosen.randrange(8)
        copy.write_bytes(changed)
        done = verify(copy, "--log-key", key)
        assert done.returncode == 1 and done.stdout.startswith("the receipt is NOT valid: "), (place, done.stdout)
        with pytest.raises(tlog.Refused):
            receipt.verify(bytes(changed), key)
    copy.write_bytes(b"\n" * ((1 << 20) + 2))
    assert verify(copy, "--log-key", key, "--json").stdout.startswith('{\n  "valid": false')


def vkey(name, typed, hashed):
    return f"{name}+{hashlib.sha256(hashed).hexdigest()[:8]}+{base64.b64encode(typed).decode()}"


def test_another_key_and_a_missing_witness_are_refused(file, key):
    der = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    other = vkey(tlog.Key.read(key).name, b"\2" + der, hashed=der)
    assert "the key of the log did not sign the checkpoint" in verify(file, "--log-key", other).stdout
    with pytest.raises(tlog.Refused):
        receipt.verify(file.read_bytes(), other)
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    witness = vkey("witness.example", b"\4" + raw, hashed=b"witness.example\n\4" + raw)
    with pytest.raises(tlog.Refused):
        receipt.verify(file.read_bytes(), key, [witness])
    done = verify(file, "--log-key", key, "--witness", witness)
    assert done.returncode == 1 and "1 witnesses have to have signed the checkpoint, and 0 did" in done.stdout
    for bad in ["", "rubbish", witness]:
        assert verify(file, "--log-key", bad).returncode == 64


def test_no_receipt_of_what_was_not_signed(gateway, key):
    done = gateway.audit("prove", "00" * 32, "--log-key", key)
    assert done.returncode == 1 and "no signature in this log belongs to it" in done.stdout
    assert gateway.audit("prove", "00" * 32).returncode == 64
