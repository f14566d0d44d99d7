"""Receipts that a partner fetches from a real gateway, checked by a reader that needs nothing of ours."""

import base64
import json
import re
import shutil
import time

import pytest

from audit import receipt
from harness.failure import require
from harness.gateway import Instance
from harness.portal import Portal, digest
from harness.wire import Wire

LABEL = "p256-pin"
# An entry is in the tree within a second; machines that test are slower.
LONGEST = 10


@pytest.fixture(scope="module")
def portal(sandbox):
    return Portal(sandbox)


@pytest.fixture(scope="module")
def key(gateway):
    return gateway.run("audit", "key", "--config", gateway.state / "config.json").stdout.strip()


def sign(portal):
    octets = digest()
    token = portal.owner(LABEL)["serviceToken"]
    answer = portal.authorize(LABEL, [octets], {"PIN": portal.owner(LABEL)["pin"]}, token)
    require(answer.status == 200, answer.summary())
    signed = portal.sign(LABEL, [octets], token, answer.json()["SAD"])
    require(signed.status == 200, signed.summary())
    return octets, signed


def get(portal, address, token):
    # The address is that of the TLS listener.
    return Wire(portal.sandbox.trust_anchor).send("GET", address, [("Authorization", f"Bearer {token}")])


def fetch(portal, address, token):
    """The file, and for how long it was not there."""
    start = time.monotonic()
    while True:
        answer = get(portal, address, token)
        if answer.status == 200:
            return answer, time.monotonic() - start
        assert answer.status == 503 and answer.header("Retry-After") == "1", answer.summary()
        assert time.monotonic() - start < LONGEST, "it does not come"
        time.sleep(0.1)


def test_a_partner_fetches_the_receipt_of_its_signature(portal, key, folder, gateway):
    octets, signed = sign(portal)
    address = signed.header("X-Receipt")
    assert address.startswith(f"{portal.sandbox.tls}/receipts/")
    for token in [portal.owner(LABEL)["serviceToken"], portal.token]:
        answer, waited = fetch(portal, address, token)
        entries, _ = receipt.verify(answer.body, key)
        kinds = {entry.header.kind: entry.payload for entry in entries}
        assert kinds["signature.intended"]["digests"] == [octets.hex()]
        assert kinds["signature.intended"]["operation"] == address.rsplit("/", 1)[1]
        assert {"authorization.granted", "certificate.issued", "signature.made"} <= set(kinds)
        assert answer.header("Content-Disposition").endswith('.tlog-proof"')
        print(f"{len(answer.body)} octets after {waited:.2f} s")
    file = folder / "fetched.tlog-proof"
    file.write_bytes(answer.body)
    done = gateway.run("receipt", "verify", file, "--log-key", key)
    assert done.returncode == 0 and octets.hex() in done.stdout, done.stdout


def test_who_signed_is_shown_by_the_service_alone(portal, folder, gateway, key):
    address = sign(portal)[1].header("X-Receipt")
    answer, _ = fetch(portal, address, portal.token)
    extra = base64.b64decode(answer.text.split("\n")[1].removeprefix("extra "))
    assert b'"owner":' in extra and b"Alice" not in extra and b"Example" not in extra
    file = folder / "opened.tlog-proof"
    file.write_bytes(answer.body)
    done = gateway.run("receipt", "open", file, "--config", gateway.state / "config.json")
    assert done.returncode == 0 and "CN=Alice Example" in done.stdout and "Issuing CA" in done.stdout, done.stdout
    assert "Alice" not in gateway.run("receipt", "verify", file, "--log-key", key).stdout


def test_a_receipt_of_the_command_has_the_same_box(portal, folder, gateway, key):
    octets, signed = sign(portal)
    fetched, _ = fetch(portal, signed.header("X-Receipt"), portal.token)
    file = folder / "proved.tlog-proof"

    def prove(*keys):
        done = gateway.audit("prove", octets.hex(), *keys, "--out", file)
        assert done.returncode == 0, done.stdout
        return extra_of(file.read_bytes())

    configuration = gateway.state / "config.json"
    proved = prove("--config", configuration)
    assert proved["owner"] == extra_of(fetched.body)["owner"]
    receipt.verify(file.read_bytes(), key)
    done = gateway.run("receipt", "open", file, "--config", configuration)
    assert done.returncode == 0 and "CN=Alice Example" in done.stdout, done.stdout
    # Without the device nobody can seal it.
    assert "owner" not in prove("--log-key", key)
    done = gateway.run("receipt", "open", file, "--config", configuration)
    assert done.returncode == 1 and "cannot be opened" in done.stdout, done.stdout


def test_a_receipt_without_the_device_has_no_box(portal, folder, gateway, key):
    """A device that has the log's key and lacks another one, as before 'init' of a new build, proves all the same."""
    octets, signed = sign(portal)
    fetch(portal, signed.header("X-Receipt"), portal.token)
    other = Instance(folder / "other-device")
    other.state.mkdir()
    text = (gateway.state / "softhsm2.conf").read_text()
    [tokens] = re.findall(r"^directories\.tokendir *= *(.+)$", text, re.M)
    copy = other.state / "tokens"
    (other.state / "softhsm2.conf").write_text(text.replace(tokens, str(copy)))
    shutil.copytree(tokens, copy)
    file = folder / "without.tlog-proof"
    found = set()
    for object in sorted(copy.glob("*/*.object")):
        if object.name == "token.object":
            continue
        kept = object.rename(object.with_suffix(".kept"))
        file.unlink(missing_ok=True)
        done = other.audit(
            "prove", octets.hex(), "--config", gateway.state / "config.json", "--out", file, database=gateway.database)
        kept.rename(object)
        if done.returncode == 0:
            receipt.verify(file.read_bytes(), key)
            has = "owner" in extra_of(file.read_bytes())
            require(has != ("the receipt will not have who signed: " in done.stdout), done.stdout)
            found.add("whole" if has else "no box")
        else:
            # Without the log's own key there is nothing to prove.
            require(not file.exists() and done.stdout.startswith("Error: ") and "log" in done.stdout, done.stdout)
            found.add("no key")
    require(found == {"whole", "no box", "no key"}, found)


def extra_of(octets):
    return json.loads(base64.b64decode(octets.decode().split("\n")[1].removeprefix("extra ")))


def test_others_find_nothing(portal, sandbox):
    address = sign(portal)[1].header("X-Receipt")
    token = portal.owner(LABEL)["serviceToken"]
    fetch(portal, address, token)
    bob = sandbox.user("bob")["serviceToken"]
    known, unknown = get(portal, address, bob), get(portal, address.rsplit("/", 1)[0] + "/" + "0" * 32, bob)
    assert known.status == unknown.status == 404 and known.body == unknown.body

    def rest(answer):
        return [pair for pair in answer.headers if pair[0].lower() not in ("x-request-id", "date")]

    assert rest(known) == rest(unknown)
    assert get(portal, address, "made-up").status == 401
    assert Wire(sandbox.trust_anchor).send("GET", address).status == 400


def test_a_receipt_is_there_after_a_restart(gateway, portal, key):
    octets, signed = sign(portal)
    gateway.stop()
    gateway.start()
    answer, _ = fetch(portal, signed.header("X-Receipt"), portal.token)
    entries, _ = receipt.verify(answer.body, key)
    assert any(entry.payload.get("digests") == [octets.hex()] for entry in entries)
