"""Attacks on a copy of a real log, and which verifier finds them: the table of Specs/threat-model.md, row by row.

A verifier of the table has what those before it have: the file; the log's key; a checkpoint from before what was
attacked; the newest checkpoint; the device with its MACs. What needs the device is found by the gateway as well, which says
so in its log and signs no checkpoint any more.
"""

import json
import re
import shutil
import time

import pytest

from audit.case import Case
from audit.forging import Log, size_of
from audit.tamperings import ATTACKS
from harness.failure import Failure
from harness.gateway import Served, answers
from harness.program import ROOT

VERIFIERS = ["file", "log key", "older checkpoint", "newest checkpoint", "device", "nothing"]
HEADING = "## Attacks on the stored log"
# Seconds in which a gateway sees what is wrong, or puts its own first entries into the tree.
GATEWAY_SECONDS = 3


def table():
    """What each attack needs, as the threat model says."""
    text = (ROOT / "Specs/threat-model.md").read_text().split(HEADING + "\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")][2:]
    needs = {name: verifier for name, verifier in rows}
    assert len(needs) == len(rows)
    return needs


NEEDS = table()


@pytest.fixture(scope="module")
def case(folder):
    return Case(folder)


def options(case, verifier):
    """What the verifier has, as options of the command."""
    key = ["--log-key", case.service.key]
    older = [*key, "--checkpoint", case.older]
    newest = [*older, "--checkpoint", case.newest]
    device = [*newest, "--device", "--config", case.service.gateway.state / "config.json"]
    return {
        "file": [], "log key": key, "older checkpoint": older, "newest checkpoint": newest, "device": device,
    }[verifier]


def test_the_threat_model_has_each_attack():
    assert len(ATTACKS) >= 20
    assert NEEDS.keys() == ATTACKS.keys()
    assert set(NEEDS.values()) == set(VERIFIERS)


@pytest.mark.parametrize("verifier", VERIFIERS[:5])
def test_the_log_is_whole_before(case, verifier):
    result = case.service.verify(case.honest, *options(case, verifier))
    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith("the audit log is whole: "), result.stdout


def test_the_gateway_serves_the_log_as_it_was(case):
    start = Start(case, case.honest)
    assert start.is_ready and not start.critical
    assert start.tree > size_of(case.newest.read_bytes())


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(case, name, tmp_path):
    database = tmp_path / "attacked.sqlite"
    shutil.copyfile(case.honest, database)
    tamper, says = ATTACKS[name]
    with Log(database) as log:
        pattern = says.format(**places(log, case))
        tamper(log, case)
    needed = VERIFIERS.index(NEEDS[name])
    for verifier in VERIFIERS[:5]:
        result = case.service.verify(database, *options(case, verifier))
        found = VERIFIERS.index(verifier) >= needed
        assert result.returncode == (1 if found else 0), f"{verifier}: {result.stdout}"
        if verifier == NEEDS[name]:
            assert pattern and re.search("^the audit log is NOT whole: .*" + pattern, result.stdout), result.stdout
    if needed >= VERIFIERS.index("device"):
        start = Start(case, database)
        finds = NEEDS[name] == "device"
        assert bool(start.critical or start.is_refused) == finds, start.critical
        # Nothing is signed over what was forged.
        assert (start.tree == size_of(case.newest.read_bytes())) == finds


def places(log, case):
    """What is named in findings."""
    count, size = log.count, size_of(log.checkpoint)
    return {
        "middle": count // 2, "next": count // 2 + 1, "after": count + 1, "size": size, "edge": f"{size // 256:03}",
        "older": size_of(case.older.read_bytes()),
    }


class Start:
    """A gateway is started on a database; what it does and says within some seconds."""

    def __init__(self, case, database):
        gateway = Served(case.service.gateway.state)
        case.service.put(database)
        shutil.copyfile(case.newest, case.service.checkpoint)
        gateway.log.unlink(missing_ok=True)
        self.is_ready = False
        try:
            gateway.start()
            end = time.monotonic() + GATEWAY_SECONDS
            while (ready := answers(f"{gateway.url}/health/ready")) and time.monotonic() < end:
                time.sleep(0.1)
            self.is_ready = ready
        except Failure:
            pass  # It ended before it was ready, which the log tells.
        finally:
            gateway.kill()
        said = gateway.log.read_text()
        self.is_refused = "is not as the gateways left it: " in said
        lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        self.critical = [line for line in lines if line["level"] == "critical"]
        with Log(gateway.database) as log:
            self.tree = size_of(log.checkpoint)
