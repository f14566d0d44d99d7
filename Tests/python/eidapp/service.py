"""The gateway without the sandbox's eID, the eID simulator as a process of its own, and a partner whose customers have
an app."""

import hashlib
import json
import subprocess
from urllib.parse import urlencode

from harness.failure import require, wait_for
from harness.gateway import Gateway, Served, answers
from harness.oauth_client import FORM
from harness.portal import Portal
from harness.processes import Process
from harness.program import EID_SIMULATOR

DENIED = (400, "invalid_authentication_data")
GONE = (400, "invalid_request", "Invalid parameter handle")
INTERVAL = 2


class Service(Served):
    """`countersign serve` with the state that a sandbox left in a folder, so that it can be stopped without its eID."""

    def __init__(self, folder, *options):
        sandbox = Gateway(folder, *options)
        with sandbox:
            self.sandbox = sandbox.sandbox
        super().__init__(sandbox.state)

    def partner(self):
        return Partner(self.sandbox, self.url)


class Simulator:
    """The eID simulator; what was asked before it ended, it does not know any more."""

    def __init__(self, issuer, client_id, people, secret_file, *options, wire, interval=INTERVAL):
        self.issuer, self.wire = issuer, wire
        self.command = [
            *EID_SIMULATOR, "--port", issuer.rsplit(":", 1)[1], "--client-id", client_id, "--people", people,
            "--client-secret-file", secret_file, "--interval", interval, *options,
        ]
        self.log = people.parent / "simulator.log"
        self.process = None

    def start(self):
        self.process = Process(self.command, self.log, stdin=subprocess.PIPE)
        self.process.wait_until(lambda: answers(self.issuer + "/jwks"))
        return self

    def kill(self):
        if self.process is not None:
            process, self.process = self.process, None
            process.kill()

    def get(self, path):
        return self.wire.send("GET", self.issuer + path)

    def post(self, path, **form):
        return self.wire.send("POST", self.issuer + path, [FORM], urlencode(form).encode())

    def requests(self):
        return json.loads(self.get("/control/requests").body)

    def last(self):
        return self.requests()[-1]

    def decide(self, request, decision, **more):
        answer = self.post("/control/requests", number=request["number"], decision=decision, **more)
        require(answer.status == 204, f"the simulator says {answer.status}")


class Partner(Portal):
    """The portal, whose customers confirm in an app."""

    def begin(self, label, digests, description=None):
        more = {"description": description} if description else {}
        return self.authorize(label, digests, {"EIDAPP": None}, **more)

    def handle(self, label, digests, description=None):
        answer = self.begin(label, digests, description)
        require(answer.status == 202 and answer.json().get("handle"), f"{answer}")
        return answer.json()["handle"]

    def check(self, handle):
        return self.call("credentials/authorizeCheck", {"handle": handle})

    def settled(self, handle, seconds=30):
        """The answer when it waits no longer."""
        def ended():
            answer = self.check(handle)
            return answer if answer.status not in (202, 503) else None
        return wait_for(ended, seconds)

    def sad(self, handle):
        """That an approval gives."""
        answer = self.settled(handle)
        require(answer.status == 200, f"{answer}")
        return answer.json()["SAD"]


def row(answer):
    status, body = answer.pair()
    return status, body.get("error"), body.get("error_description")


def code_of(digests):
    """What the binding message ends with: a partner's own page can show the same."""
    text = hashlib.sha256(b"".join(digests)).hexdigest()[:8].upper()
    return f"{text[:4]}-{text[4:]}"
