"""The conformance tool notices faults: a proxy before the sandbox changes its answers, one fault in each run."""

import json
import subprocess
import time

import pytest
import requests

from csc.faults import FAULTS, Answer
from harness.program import ROOT
from harness.servers import Server

TOOL = ROOT / ".build/debug/csc-conformance"
RUN_LIMIT = 20  # seconds of a run of the tool
ALL_LIMIT = 90  # seconds of all of them


class Proxy:
    """Before the sandbox: what it answers comes back with the fault of the moment in it."""

    def __init__(self, origin):
        self._origin = origin
        self._session = requests.Session()
        self.fault = None
        self.changed = 0
        self.server = Server(self._respond)

    def _respond(self, method, path, headers, body):
        passed = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length", "connection")}
        got = self._session.request(method, self._origin + path, headers=passed, data=body, allow_redirects=False)
        answer = Answer(got.status_code, got.headers.get("Content-Type", ""), got.content)
        name = path.partition("?")[0].removeprefix("/csc/v2").removeprefix("/")
        if name == "info" and answer.status == 200:
            # The tokens' endpoint is behind the proxy, too.
            answer = answer.with_json({**answer.json, "oauth2": self.server.origin + "/"})
        if self.fault and self.fault.method == name:
            changed = self.fault.change(answer)
            self.changed += changed is not None
            answer = changed or answer
        return answer.status, {"Content-Type": answer.type} if answer.type else {}, answer.body


@pytest.fixture(scope="module")
def proxy(sandbox):
    proxy = Proxy(sandbox.plain)
    with proxy.server:
        yield proxy


@pytest.fixture(scope="module")
def run(sandbox, proxy, folder):
    """Runs the tool; gives its exit code, and the results of items by number."""
    user, partner = sandbox.user(), sandbox.fact("partner")
    options = [
        "--url", proxy.server.origin, "--version", "v2", "--token", user["serviceToken"], "--pin", user["pin"],
        "--username", user["username"], "--password", user["password"], "--client-id", partner["clientID"],
        "--client-secret", partner["clientSecret"], "--redirect-uri", partner["redirectURI"],
    ]
    for label in ("p256-pin", "p256-scal2"):
        options += ["--credential", sandbox.credential_id(label)]

    def run(items, fault=None):
        proxy.fault, proxy.changed = fault, 0
        file = folder / "result.json"
        done = subprocess.run(
            [TOOL, *options, "--items", items, "--json", file], capture_output=True, text=True, timeout=RUN_LIMIT)
        found = json.loads(file.read_text())["items"] if file.exists() else []
        file.unlink(missing_ok=True)
        return done, {item["item"]: item["result"] for item in found}

    return run


@pytest.fixture(scope="module", autouse=True)
def in_time(sandbox):
    start = time.monotonic()
    yield
    assert time.monotonic() - start < ALL_LIMIT


def test_there_are_thirty_and_each_has_a_name():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 30


def test_without_a_fault_every_one_of_these_items_passes(run):
    done, results = run(",".join(sorted({fault.items for fault in FAULTS})))
    assert set(results.values()) == {"passed"}, done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_fault_fails_its_items(run, proxy, fault):
    done, results = run(fault.items, fault)
    assert proxy.changed, "no answer had what the fault changes"
    assert set(results.values()) == {"failed"}, done.stdout + done.stderr
    assert done.returncode == 1
