"""Fills the disk under the gateway's database, a real small one, to the last octet, and empties it again.

Promised is: while it is full, each call that must write is answered 503, and /health/ready too; the log says why once,
with SQLite's code, and once that it is over; nothing is answered that is not stored; afterwards everything works without
a restart, and what was authorized before can be used.

A tmpfs is mounted in a mount namespace of the test's own (unshare), which needs root or user namespaces.

Exit codes: 0 the promises held, 1 they did not.
"""

import collections
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

from crash.clients import SHA256, SIGN_ALGORITHMS
from crash.findings import Findings
from crash.gateway import Gateway
from harness.encodings import base64std, base64url, basic
from harness.program import PROGRAM

DISK = "8m"
SQLITE_FULL = "13"
ROUNDS = 3
# The gateway looks at its parts every other second at most.
READINESS_LIFE = 2.2


class Caller:
    def __init__(self, gateway, sandbox):
        self.gateway = gateway
        self.credential = next(entry for entry in sandbox["credentials"] if entry["label"] == "p256-pin")
        self.ids = {entry["label"]: entry["credentialID"] for entry in sandbox["credentials"]}
        self.client = next(client for client in sandbox["clients"] if client["label"] == "confidential")
        self.user = next(user for user in sandbox["users"] if user["username"] == self.credential["owner"])
        self.name = self.credential["credentialID"]

    def call(self, path, body=None, form=None, authorization=None):
        """A POST of JSON or of a form, or a GET."""
        headers = {"Authorization": authorization or f"Bearer {self.user['serviceToken']}"}
        headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.ports[0], timeout=30)
        text = urllib.parse.urlencode(form) if form else (json.dumps(body) if body is not None else None)
        connection.request("POST" if text is not None else "GET", path, text, headers)
        answer = connection.getresponse()
        octets = answer.read()
        connection.close()
        return answer.status, octets

    def authorize(self, pin=None, count=1):
        return self.call(
            "/csc/v1/credentials/authorize",
            {"credentialID": self.name, "numSignatures": count, "PIN": pin or self.user["pin"]})

    def sign(self, sad, digest):
        return self.call(
            "/csc/v1/signatures/signHash",
            {"credentialID": self.name, "SAD": sad, "hash": [base64std(digest)], "hashAlgo": SHA256,
             "signAlgo": SIGN_ALGORITHMS["p256"]})

    def writing_calls(self, sad, token):
        """Calls that cannot be answered without writing. `token` is revoked by one of them, if it can be."""
        challenge = base64url(hashlib.sha256(b"verifier").digest())
        code_request = {
            "response_type": "code", "client_id": self.client["clientID"], "scope": "service", "state": "s",
            "redirect_uri": self.client["redirectURIs"][0], "code_challenge": challenge, "code_challenge_method": "S256"}
        client = basic(self.client["clientID"], self.client["clientSecret"])
        later = {
            "credentialID": self.name, "SAD": sad, "hashes": [base64std(os.urandom(32))], "operationMode": "A",
            "hashAlgorithmOID": SHA256, "signAlgo": SIGN_ALGORITHMS["p256"]}
        return {
            "credentials/authorize": lambda: self.authorize(),
            "credentials/authorize with a wrong PIN": lambda: self.authorize("000000"),
            "credentials/authorize on a page": lambda: self.call(
                "/csc/v2/credentials/authorize",
                {"credentialID": self.ids["p256-page"], "numSignatures": 1, "hashes": [base64std(bytes(32))],
                 "hashAlgorithmOID": SHA256, "authData": [{"id": "PAGE"}]}),
            "signatures/signHash": lambda: self.sign(sad, os.urandom(32)),
            "signatures/signHash, asynchronous": lambda: self.call("/csc/v2/signatures/signHash", later),
            "credentials/extendTransaction": lambda: self.call(
                "/csc/v1/credentials/extendTransaction", {"credentialID": self.name, "SAD": sad}),
            "credentials/sendOTP": lambda: self.call(
                "/csc/v1/credentials/sendOTP", {"credentialID": self.ids["p256-pin-sms"]}),
            "credentials/getChallenge": lambda: self.call(
                "/csc/v2/credentials/getChallenge", {"credentialID": self.ids["p256-eid"], "authObjectID": "EID"}),
            "auth/login": lambda: self.call(
                "/csc/v1/auth/login", {}, authorization=basic(self.user["username"], self.user["password"])),
            "auth/revoke": lambda: self.call("/csc/v1/auth/revoke", {"token": token}),
            "oauth2/token": lambda: self.call(
                "/oauth2/token", form={"grant_type": "client_credentials", "scope": "service"}, authorization=client),
            "oauth2/pushed_authorize": lambda: self.call(
                "/oauth2/pushed_authorize", form=code_request, authorization=client),
            "oauth2/authorize": lambda: self.call("/oauth2/authorize?" + urllib.parse.urlencode(code_request)),
        }

    def ready(self):
        time.sleep(READINESS_LIFE)
        return self.call("/health/ready")[0]


def fill(path):
    """Takes what is left, to the last octet."""
    with open(path, "ab", buffering=0) as filler:
        for size in [1 << 20, 4096, 1]:
            try:
                while True:
                    filler.write(bytes(size))
            except OSError:
                pass


def prepare(gateway, folder, disk):
    """A sandbox whose database, but not its device, is on the small disk."""
    gateway.start()
    gateway.stop()
    shutil.move(gateway.state / "softhsm", folder / "softhsm")
    shutil.copytree(gateway.state, disk, dirs_exist_ok=True, symlinks=True)
    gateway.state, gateway.database = disk, disk / gateway.database.name
    gateway.announcement = disk / gateway.announcement.name
    (disk / "softhsm").symlink_to(folder / "softhsm")
    return gateway.start()


def check_full(caller, sad, token, require):
    counts = collections.Counter()
    for _ in range(ROUNDS):
        for name, call in caller.writing_calls(sad, token).items():
            status, octets = call()
            counts[status] += 1
            require(status == 503, f"{name} answered {status} {octets[:200]} on a full disk")
            require(b"full" not in octets and b"SQL" not in octets, f"{name} tells the caller why: {octets}")
        require(caller.ready() == 503, "/health/ready is not 503 on a full disk")
    require(caller.call("/csc/v1/info", {})[0] == 200, "info needs no disk")
    status, _ = caller.call("/csc/v1/credentials/info", {"credentialID": caller.name})
    require(status == 200, f"credentials/info needs no disk, and answered {status}")
    return counts


def events(gateway):
    found = []
    for line in gateway.log.read_text(errors="replace").splitlines():
        if line.startswith("{") and json.loads(line).get("from") == "store":
            found.append(json.loads(line))
    return found


def run(folder, findings):
    require = findings.require
    gateway = Gateway(folder, findings)
    try:
        disk = folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", disk], check=True)
        caller = Caller(gateway, prepare(gateway, folder, disk))
        status, octets = caller.authorize(count=2)
        require(status == 200, f"credentials/authorize answered {status} {octets}")
        sad = json.loads(octets)["SAD"]
        first = os.urandom(32)
        status, signature = caller.sign(sad, first)
        require(status == 200 and caller.ready() == 200, "the sandbox does not work on the small disk")
        token = json.loads(caller.writing_calls(sad, None)["auth/login"]()[1])["access_token"]
        for name, call in caller.writing_calls(sad, "unknown").items():
            if "extend" not in name and "signHash" not in name:
                status, octets = call()
                require(status < 400 or "wrong" in name or "revoke" in name, f"{name} does not work on an empty disk: {status} {octets}")

        for number in range(1, 3):
            filler = disk / "filler"
            # What the log has room for is used up by those who wait for nothing.
            fill(filler)
            accepted = 0
            while caller.authorize()[0] == 200:
                accepted += 1
            counts = check_full(caller, sad, token, require)
            lines = events(gateway)
            require(
                len(lines) == 2 * number - 1 and lines[-1]["level"] == "error" and lines[-1]["code"] == SQLITE_FULL
                and "full" in lines[-1]["reason"], f"the log says of the full disk: {lines}")
            filler.unlink()
            require(caller.ready() == 200, "/health/ready is not 200 although there is room again")
            require(caller.authorize()[0] == 200, "nothing can be authorized although there is room again")
            lines = events(gateway)
            require(len(lines) == 2 * number and lines[-1]["level"] == "warning", f"the log says of the end: {lines}")
            require(caller.sign(sad, first) == (200, signature), "the same request got another answer after a full disk")
            print(f"disk full: {accepted} authorizations more, then {dict(counts)}; ready again by itself", flush=True)
        status, octets = caller.sign(sad, os.urandom(32))
        require(status == 200, f"what was left of the SAD was spent on a full disk: {status} {octets}")
        gateway.stop()
        verdict = gateway.audit("verify")
        require(verdict.returncode == 0, f"audit verify: {verdict.stdout.strip()}")
        print(f"audit: {verdict.stdout.strip()}")
    finally:
        gateway.kill()


def main():
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(f"{PROGRAM} is not a program; 'make build' makes it")
    if "COUNTERSIGN_OWN_MOUNTS" not in os.environ:
        namespace = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        os.execvpe(
            namespace[0], [*namespace, sys.executable, "-m", "crash.full_disk"],
            os.environ | {"COUNTERSIGN_OWN_MOUNTS": "1"})
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(pathlib.Path(folder), findings)
        finally:
            subprocess.run(["umount", "--lazy", pathlib.Path(folder) / "disk"], stderr=subprocess.DEVNULL)
        if findings.texts:
            print((pathlib.Path(folder) / "gateway.log").read_text(errors="replace")[-4000:], file=sys.stderr)
            sys.exit(1)
    print("A full disk was survived.")


if __name__ == "__main__":
    main()
