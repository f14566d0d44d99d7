"""What the programs of this folder share: a running sandbox, its tokens and its answers."""

import base64
import hashlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from pyhanko.keys import load_cert_from_pemder
from pyhanko_certvalidator import ValidationContext

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))
import exchanges  # noqa: E402


SHA = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
# signAlgo, hash, signAlgoParams
ECDSA256 = ("1.2.840.10045.4.3.2", "sha256", None)
ECDSA384 = ("1.2.840.10045.4.3.3", "sha384", None)
ECDSA512 = ("1.2.840.10045.4.3.4", "sha512", None)
RSA256 = ("1.2.840.113549.1.1.11", "sha256", None)
RSA384 = ("1.2.840.113549.1.1.12", "sha384", None)
RSA512 = ("1.2.840.113549.1.1.13", "sha512", None)
PSS256 = (
    "1.2.840.113549.1.1.10",
    "sha256",
    "MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg",
)
PSS512 = (
    "1.2.840.113549.1.1.10",
    "sha512",
    "MDSgDzANBglghkgBZQMEAgMFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgMFAKIDAgFA",
)


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

    def validation_context(self, **more):
        # Nothing may be fetched; what revocation data there is, comes with the call.
        return ValidationContext(
            trust_roots=[self.root], allow_fetching=False, **{"revocation_mode": "soft-fail", **more}
        )

    # Documents

    def certificates(self, label):
        """DER, the signer's first."""
        credential = self.credential(label)
        answer = self.call(
            "v2/credentials/info",
            {"credentialID": credential["credentialID"], "certificates": "chain"},
            self.user(credential["owner"])["serviceToken"],
        )
        return [base64.b64decode(text) for text in answer["cert"]["certificates"]]

    def authorize(self, label, digests, name="sha256", count=None):
        """A SAD for these digests."""
        credential = self.credential(label)
        owner = self.user(credential["owner"])
        body = {
            "credentialID": credential["credentialID"],
            "numSignatures": count or len(digests),
            "hashes": [b64(d) for d in digests],
            "hashAlgorithmOID": SHA[name],
            "authData": [{"id": "PIN", "value": owner["pin"]}],
        }
        return self.call("v2/credentials/authorize", body, owner["serviceToken"])["SAD"]

    def sign_body(self, label, sad, **members):
        return {"credentialID": self.credential(label)["credentialID"], "SAD": sad, **members}

    def sign_doc(self, label, sad, **members):
        owner = self.user(self.credential(label)["owner"])
        return self.call("v2/signatures/signDoc", self.sign_body(label, sad, **members), owner["serviceToken"])


def choices(algorithm, form, level="Ades-B-B", **more):
    """What an entry of signDoc says beside the document."""
    oid, name, parameters = algorithm
    entry = {"signature_format": form, "conformance_level": level, "signAlgo": oid, **more}
    if parameters:
        entry["signAlgoParams"] = parameters
    return entry, name


def by_digest(algorithm, documents, form, level="Ades-B-B", **more):
    """An entry of documentDigests."""
    entry, name = choices(algorithm, form, level, **more)
    digests = [hashlib.new(name, d).digest() for d in documents]
    return {**entry, "hashAlgorithmOID": SHA[name], "hashes": [b64(d) for d in digests]}


def with_document(algorithm, document, form, level="Ades-B-B", **more):
    """An entry of documents."""
    entry, _ = choices(algorithm, form, level, **more)
    return {**entry, "document": b64(document)}


def decoded(answer, member):
    return [base64.b64decode(text) for text in answer[member]]


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
        start = time.monotonic()
        try:
            case()
            print(f"ok {title} ({time.monotonic() - start:.1f} s)")
        except Exception as error:  # pylint: disable=broad-except
            print(f"FAILED {title}: {error if isinstance(error, Failure) else repr(error)}")
            failures += 1
    print(f"{failures} of {len(cases)} failed" if failures else f"{len(cases)} cases, all good")
    return 1 if failures else 0
