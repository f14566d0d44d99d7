"""The log's files over HTTP, read as a monitor does (C2SP tlog-tiles), and checked by Go's golang.org/x/mod/sumdb."""

import os
import subprocess

import pytest

from audit import tlog
from harness.failure import require
from harness.gateway import Gateway, Served
from harness.portal import Portal, digest
from harness.program import ROOT
from harness.wire import Wire

LABEL = "p256-pin"
LOGCHECK = ROOT / "Tests/independent/logcheck"
TOKEN = "a-token-of-the-log-for-a-monitor"
# Signatures that make the log longer than a tile.
SIGNATURES = 80


@pytest.fixture(scope="module")
def served(folder):
    """A gateway that serves a log of more than 256 entries, to callers with its token."""
    with Gateway(folder) as sandbox:
        portal = Portal(sandbox.sandbox)
        token = portal.owner(LABEL)["serviceToken"]
        for _ in range(SIGNATURES):
            octets = digest()
            answer = portal.authorize(LABEL, [octets], {"PIN": portal.owner(LABEL)["pin"]}, token)
            require(answer.status == 200, answer.summary())
            portal.signed(LABEL, [octets], token, answer.json()["SAD"])
        require(sandbox.stop() == 0, "the sandbox did not end in order")
    gateway = Served(folder / "state")
    file = folder / "log-token"
    file.write_text(TOKEN + "\n")
    file.chmod(0o600)
    gateway.config["log"] = gateway.config.get("log", {}) | {"serve": True, "tokenFile": str(file)}
    with gateway:
        yield gateway


def get(gateway, path, token=TOKEN):
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return Wire(None).send("GET", f"{gateway.url}/log/{path}", list(headers.items()))


def content(gateway, path):
    answer = get(gateway, path)
    require(answer.status == 200, f"{path}: {answer.status}")
    return answer.body


@pytest.fixture(scope="module")
def log(served, folder):
    """The log as a monitor keeps it, its origin and its number of entries."""
    key = served.run("audit", "key", "--config", folder / "served.json").stdout.strip()
    kept = folder / "kept"
    note = content(served, "checkpoint")
    origin = tlog.Key.read(key).name
    size = tlog.checkpoint(note, origin, tlog.Key.read(key), []).size
    paths, count = [], size
    for level in range(2):
        names = [f"{index:03}" for index in range(count // 256)]
        names += [f"{count // 256:03}.p/{count % 256}"] if count % 256 else []
        paths += [f"tile/{row}/{name}" for name in names for row in ([level, "entries"] if level == 0 else [level])]
        count //= 256
    for path in paths:
        (kept / path).parent.mkdir(parents=True, exist_ok=True)
        (kept / path).write_bytes(content(served, path))
    (kept / "checkpoint").write_bytes(note)
    (kept / "log.vkey").write_text(key)
    return kept, origin, size


@pytest.fixture(scope="module")
def logcheck(folder):
    program = folder / "logcheck"
    places = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "gocache"), "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", program, "."], cwd=LOGCHECK, env=os.environ | places, check=True)
    return lambda kept, origin: subprocess.run([program, kept, origin, "served"], capture_output=True, text=True)


def test_go_checks_what_a_gateway_serves(log, logcheck):
    kept, origin, size = log
    done = logcheck(kept, origin)
    assert (done.returncode, done.stdout) == (0, f"{size} entries\n"), done.stderr
    assert size > 256 and (kept / "tile/1/000.p/1").exists()
    for path in ["checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"]:
        octets = (kept / path).read_bytes()
        (kept / path).write_bytes(octets[:40] + bytes([octets[40] ^ 1]) + octets[41:] if len(octets) > 40 else octets[1:])
        assert logcheck(kept, origin).returncode == 1, path
        (kept / path).write_bytes(octets)
    assert logcheck(kept, origin).returncode == 0


def test_no_payload_is_served(log, served):
    kept = log[0]
    everything = b"".join(file.read_bytes() for file in kept.rglob("*") if file.is_file())
    assert b"signature.made" in everything
    for entry in served.events("signature.made")[:3]:
        assert entry["operation"].encode() not in everything and bytes.fromhex(entry["signatures"]) not in everything


@pytest.mark.parametrize("token", [None, "another-token-of-another-log-000"])
def test_the_token_is_needed(served, token):
    for path in ["checkpoint", "tile/0/000", "tile/entries/000"]:
        assert get(served, path, token).status == 401
