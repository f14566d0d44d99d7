"""What the programs of this folder share: a running sandbox, its tokens and its answers."""

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from pyhanko.keys import load_cert_from_pemder
from pyhanko_certvalidator import ValidationContext

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))
import exchanges  # noqa: E402


class Failure(Exception):
    """Something the gateway did is not what the program demands."""


def demand(condition, what):
    if not condition:
        raise Failure(what)


def b64(octets):
    return base64.b64encode(octets).decode()


class Sandbox:
    """What sandbox.json says, and calls as its partner or as one of its users."""

    def __init__(self, file):
        self.facts = json.loads(Path(file).read_text())
        exchanges.gateway(self.facts["baseURL"], self.facts["tlsBaseURL"])
        self.root_file = self.facts["signingRoot"]
        self.root = load_cert_from_pemder(self.root_file)

    def user(self, name="alice"):
        return next(u for u in self.facts["users"] if u["username"] == name)

    def credential(self, label):
        return next(c for c in self.facts["credentials"] if c["label"] == label)

    def post(self, path, body, token=None):
        """Status and JSON of an answer."""
        request = urllib.request.Request(
            f"{self.facts['baseURL']}/csc/{path}",
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {token or self.user()['serviceToken']}",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return heard(request, response)
        except urllib.error.HTTPError as error:
            return heard(request, error)

    def call(self, path, body, token=None):
        """The answer of a call that must succeed."""
        status, answer = self.post(path, body, token)
        demand(status == 200, f"{path} answered {status}: {answer}")
        return answer

    def validation_context(self):
        # Nothing may be fetched; what revocation data there is, comes with the call.
        return ValidationContext(trust_roots=[self.root], allow_fetching=False, revocation_mode="soft-fail")


def heard(request, response):
    """Status and JSON of an answer, which is recorded."""
    body = response.read()
    exchanges.record(
        "POST", request.full_url, request.data, "application/json", response.status, response.headers.items(), body
    )
    return response.status, json.loads(body)


def openssl(*arguments, standard_input=None):
    """Whether openssl is content, and what it says."""
    result = subprocess.run(["openssl", *arguments], input=standard_input, capture_output=True, check=False)
    return result.returncode == 0, (result.stdout + result.stderr).decode(errors="replace")


def run_cases(cases):
    """Runs (title, function) one after another. Exit status: whether any failed."""
    failures = 0
    for title, case in cases:
        try:
            case()
            print(f"ok {title}")
        except Exception as error:  # pylint: disable=broad-except
            print(f"FAILED {title}: {error if isinstance(error, Failure) else repr(error)}")
            failures += 1
    print(f"{failures} of {len(cases)} failed" if failures else f"{len(cases)} cases, all good")
    return 1 if failures else 0
