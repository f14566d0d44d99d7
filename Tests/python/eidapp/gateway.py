"""The gateway as a process of the test's own, and a partner that calls it."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64decode, b64encode
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))
import exchanges  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: E402

SHA256 = "2.16.840.1.101.3.4.2.1"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
START_SECONDS = 60
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def require(condition, what):
    if not condition:
        raise AssertionError(what)


def send(method, url, body=None, headers=None):
    """Status, headers and body."""
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with OPENER.open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def wait_for(what, seconds=20):
    """The first true value that `what` gives."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def code_of(digests):
    """What the binding message ends with: a partner's own page can show the same."""
    text = hashlib.sha256(b"".join(digests)).hexdigest()[:8].upper()
    return f"{text[:4]}-{text[4:]}"


class Service:
    """`countersign serve` with the state that a sandbox left in a folder, so that it can be stopped without its eID."""

    def __init__(self, program, folder, ports, arguments=()):
        self.program, self.state = program, Path(folder)
        self.log = self.state.parent / "gateway.log"
        self.process = None
        self.url = f"http://127.0.0.1:{ports[0]}"
        with open(self.log, "ab") as log:
            sandbox = subprocess.Popen(
                [program, "sandbox", "--state", folder, "--port", str(ports[0]), "--tls-port", str(ports[1]), *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for((self.state / "sandbox.json").exists, START_SECONDS)
        finally:
            sandbox.terminate()
            sandbox.wait(20)
        self.facts = json.loads((self.state / "sandbox.json").read_text())
        self.config = json.loads((self.state / "config.json").read_text())
        exchanges.gateway(self.url)

    def start(self):
        path = self.state / "served.json"
        path.write_text(json.dumps(self.config))
        environment = {**os.environ, "SOFTHSM2_CONF": str(self.state / "softhsm2.conf")}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--config", path], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment)
        wait_for(self._is_ready, START_SECONDS)
        return self

    def _is_ready(self):
        require(self.process.poll() is None, "the gateway ended\n" + self.log.read_text()[-2000:])
        try:
            return send("GET", self.url + "/health/ready")[0] == 200
        except OSError:
            return False

    def stop(self, kill=False):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    def audit(self):
        """The log's events, after it was found whole."""
        database = str(self.state / "countersign.sqlite")
        result = subprocess.run(
            [self.program, "audit", "verify", "--database", database], capture_output=True, text=True)
        require(result.returncode == 0, result.stdout + result.stderr)
        result = subprocess.run(
            [self.program, "audit", "list", "--database", database], capture_output=True, text=True, check=True)
        return [json.loads(line) for line in result.stdout.splitlines()]


class Partner:
    """The portal, with its service token."""

    def __init__(self, service):
        self.service = service
        self.token = service.facts["partner"]["serviceToken"]

    def credential(self, label):
        (found,) = [c["credentialID"] for c in self.service.facts["credentials"] if c["label"] == label]
        return found

    def call(self, method, body):
        url = f"{self.service.url}/csc/v2/{method}"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        octets = json.dumps(body).encode()
        status, received, answer = send("POST", url, octets, headers)
        exchanges.record("POST", url, octets, "application/json", status, received.items(), answer)
        return status, json.loads(answer) if answer else {}

    def begin(self, label, digests, description=None, present=()):
        body = {
            "credentialID": self.credential(label), "numSignatures": len(digests), "hashAlgorithmOID": SHA256,
            "hashes": [b64encode(digest).decode() for digest in digests], "authData": [{"id": "EIDAPP"}, *present],
        }
        if description:
            body["description"] = description
        return self.call("credentials/authorize", body)

    def handle(self, label, digests, description=None, present=()):
        status, answer = self.begin(label, digests, description, present)
        require(status == 202 and answer.get("handle"), f"{status} {answer}")
        return answer["handle"]

    def check(self, handle):
        return self.call("credentials/authorizeCheck", {"handle": handle})

    def wait(self, handle, seconds=30):
        """The answer when it waits no longer."""
        def settled():
            status, answer = self.check(handle)
            return (status, answer) if status not in (202, 503) else None
        return wait_for(settled, seconds)

    def sign(self, label, sad, digests):
        """Signs, and verifies with another implementation."""
        credential = self.credential(label)
        status, answer = self.call("signatures/signHash", {
            "credentialID": credential, "SAD": sad, "hashAlgorithmOID": SHA256, "signAlgo": ECDSA_SHA256,
            "hashes": [b64encode(digest).decode() for digest in digests],
        })
        if status != 200:
            return status, answer
        _, info = self.call("credentials/info", {"credentialID": credential, "certificates": "single"})
        certificate = x509.load_der_x509_certificate(b64decode(info["cert"]["certificates"][0]))
        require(len(answer["signatures"]) == len(digests), "a signature for each digest")
        for signature, digest in zip(answer["signatures"], digests):
            certificate.public_key().verify(b64decode(signature), digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        return status, answer


def run(scenarios, body):
    """Runs the scenarios in order and says what became of them."""
    failures = 0
    for scenario in scenarios:
        try:
            body(scenario)
            print(f"ok    {scenario.__doc__.splitlines()[0]}", flush=True)
        except Exception as error:
            failures += 1
            print(f"FAIL  {scenario.__doc__.splitlines()[0]}: {type(error).__name__} {error}", flush=True)
    print(f"{len(scenarios) - failures} of {len(scenarios)} scenarios")
    return 1 if failures else 0


def temporary_folder():
    return tempfile.TemporaryDirectory(prefix="eidapp-")
