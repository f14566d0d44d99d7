"""A sandbox on free ports that trusts the test's providers, a second gateway beside it, and the partner's client."""

import base64
import hashlib
import http.client
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
for folder in ("harness", "glewlwyd"):
    sys.path.insert(0, str(TESTS / folder))
sys.path.insert(0, str(TESTS.parents[1] / "Fixtures"))

import exchanges  # noqa: E402
import verify  # noqa: E402
from eid_nonce import eid_nonce  # noqa: E402
from server import free_port  # noqa: E402

START_SECONDS = 60


class Failure(Exception):
    """Something is not as it must be."""


def require(holds, text):
    if not holds:
        raise Failure(text)


class Gateway:
    """A process of the program, ended by its pid."""

    def __init__(self, program, arguments, log, environment=None):
        self.log = log
        with open(log, "ab") as file:
            self.process = subprocess.Popen(
                [program, *arguments], stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env={**os.environ, **(environment or {})})

    def wait(self, is_ready):
        end = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise Failure(f"a gateway did not get ready\n{Path(self.log).read_text()[-3000:]}")
            time.sleep(0.05)
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


class Stand:
    """`providers`: what the files for `--eid-provider` hold."""

    def __init__(self, program, folder, providers):
        self.program = program
        self.folder = Path(folder)
        self.state = self.folder / "state"
        self.ports = (free_port(), free_port())
        files = []
        for provider in providers:
            file = self.folder / f"{provider['label']}.json"
            file.write_text(json.dumps(provider))
            files += ["--eid-provider", str(file)]
        self.files = files
        self.gateway = None
        self.others = []

    def __enter__(self):
        announcement = self.state / "sandbox.json"
        self.gateway = Gateway(self.program, [
            "sandbox", "--state", str(self.state), "--port", str(self.ports[0]), "--tls-port", str(self.ports[1]),
            "--log-level", "notice", *self.files,
        ], self.folder / "gateway.log").wait(announcement.exists)
        self.facts = json.loads(announcement.read_text())
        self.credentials = {entry["label"]: entry for entry in self.facts["credentials"]}
        self.verifier = verify.Verifier(Path(self.facts["signingRoot"]))
        exchanges.gateway(self.facts["baseURL"])
        return self

    def __exit__(self, *_):
        for gateway in [*self.others, self.gateway]:
            gateway.stop()

    def second_gateway(self):
        """Another process on the same database and token: its base URL."""
        configuration = json.loads((self.state / "config.json").read_text())
        port = free_port()
        configuration["http"] = {"host": "127.0.0.1", "port": port}
        configuration["instance"] = "second"
        del configuration["tls"]
        file = self.folder / "second.json"
        file.write_text(json.dumps(configuration))
        url = f"http://127.0.0.1:{port}"
        gateway = Gateway(
            self.program, ["serve", "--config", str(file)], self.folder / "second.log",
            {"SOFTHSM2_CONF": str(self.state / "softhsm2.conf")})
        self.others.append(gateway)
        gateway.wait(lambda: is_listening(port))
        exchanges.gateway(url)
        return url

    def partner(self):
        return Partner(self, self.facts["baseURL"])

    @staticmethod
    def until(ask, is_enough, seconds):
        """Asks again and again; the last answer."""
        end = time.monotonic() + seconds
        while True:
            answer = ask()
            if is_enough(answer) or time.monotonic() > end:
                return answer
            time.sleep(0.5)

    def audit(self):
        """The events of the audit log, oldest first."""
        with sqlite3.connect(f"file:{self.state / 'countersign.sqlite'}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT body FROM audit ORDER BY sequence").fetchall()
        database.close()
        return [json.loads(body) for (body,) in rows]

    def verify_audit(self):
        result = subprocess.run(
            [self.program, "audit", "verify", "--database", str(self.state / "countersign.sqlite")],
            capture_output=True, text=True)
        require(result.returncode == 0, f"the audit log is damaged: {result.stdout}{result.stderr}")


def is_listening(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status > 0
    except OSError:
        return False
    finally:
        connection.close()


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.json = json.loads(body) if body else {}

    @property
    def error(self):
        return self.json.get("error")

    def __str__(self):
        return f"{self.status} {json.dumps(self.json)[:300]}"


class Partner:
    """The partner's software with its service token."""

    def __init__(self, stand, base):
        self.stand = stand
        self.base = base
        self.token = stand.facts["partner"]["serviceToken"]

    def at(self, base):
        return Partner(self.stand, base)

    def call(self, method, body, timeout=60):
        url = f"{self.base}/csc/v2/{method}"
        text = json.dumps(body)
        connection = http.client.HTTPConnection(*self.base.removeprefix("http://").split(":"), timeout=timeout)
        try:
            connection.request("POST", f"/csc/v2/{method}", text, {
                "Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
            answer = connection.getresponse()
            octets = answer.read()
            exchanges.record("POST", url, text, "application/json", answer.status, answer.getheaders(), octets)
            return Answer(answer.status, answer.headers, octets)
        finally:
            connection.close()

    def id(self, label):
        return self.stand.credentials[label]["credentialID"]

    def challenge(self, label):
        answer = self.call("credentials/getChallenge", {"credentialID": self.id(label), "authObjectID": "EID"})
        require(answer.status == 200, f"getChallenge: {answer}")
        return answer.json["challenge"]

    def authorize(self, label, token, digests=(), count=None):
        body = {
            "credentialID": self.id(label), "numSignatures": count or max(len(digests), 1),
            "authData": [{"id": "EID", "value": token}],
        }
        if digests:
            body |= {"hashes": [base64.b64encode(d).decode() for d in digests], "hashAlgorithmOID": verify.SHA256}
        return self.call("credentials/authorize", body)

    def sign(self, label, sad, digests):
        """Signs, and verifies what comes back against the certificate and the root."""
        signed = self.call("signatures/signHash", {
            "credentialID": self.id(label), "SAD": sad, "hashes": [base64.b64encode(d).decode() for d in digests],
            "signAlgo": verify.ECDSA_SHA256})
        require(signed.status == 200, f"signHash: {signed}")
        info = self.call("credentials/info", {"credentialID": self.id(label), "certificates": "chain"})
        certificate = self.stand.verifier.chain(info.json["cert"]["certificates"])
        self.stand.verifier.signatures(signed.json["signatures"], certificate, digests, verify.ECDSA_SHA256)

    def granted(self, label, token, digests):
        """Authorizes, which must work, and signs."""
        answer = self.authorize(label, token, digests)
        require(answer.status == 200, f"refused: {answer}")
        self.sign(label, answer.json["SAD"], digests)


def digest():
    return hashlib.sha256(secrets.token_bytes(16)).digest()


def nonce_for(challenge, digests):
    """As the partner's client computes it (Fixtures/eid_nonce.py)."""
    return eid_nonce(challenge, verify.SHA256, len(digests), digests)
