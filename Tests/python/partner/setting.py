"""A partner that signs statements about its own customers, and its software at one of the gateways."""

import json
import secrets
import time
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from harness import jose, verify
from harness.failure import require
from harness.portal import Portal

LEVEL = "http://eidas.europa.eu/LoA/"
REFUSAL = "The authentication data is invalid"
LABEL, STEP_UP = "p256-partner", "p256-step-up"


def texts(digests):
    """As a statement names them."""
    return [b64encode(octets).decode() for octets in digests]


class Signatory:
    """The partner's key, and what it signs."""

    def __init__(self, sandbox):
        partner = sandbox.fact("partner")
        self.facts = partner["statements"]
        self.key_file = partner["assertionKey"]
        self.key = serialization.load_pem_private_key(Path(self.key_file).read_bytes(), None)

    def claims(self, digests, **changes):
        now = int(time.time())
        claims = {
            "iss": self.facts["issuer"], "aud": self.facts["audience"], "sub": "alice", "iat": now, "exp": now + 60,
            "jti": secrets.token_hex(16), "auth_time": now - 20, "acr": LEVEL + "substantial", "amr": ["pwd", "otp"],
            "dtbsr": texts(digests), "hashAlgorithmOID": verify.SHA256, "numSignatures": len(digests),
        }
        return present(claims | changes)

    def header(self, **changes):
        return present({"alg": "ES256", "kid": self.facts["keyID"], "typ": "partner-statement+jwt"} | changes)

    def statement(self, claims, key=None, **header):
        return jose.signed(self.header(**header), claims, key or self.key)


def present(members):
    return {name: value for name, value in members.items() if value is not None}


class Client(Portal):
    """The portal's software, at one of the gateways."""

    def present(self, statement, digests, label=LABEL, **more):
        return self.authorize(label, digests, {"PARTNER": statement}, **more)

    def sad(self, statement, digests, what):
        answer = self.present(statement, digests)
        require(answer.status == 200, f"{what}: {answer}")
        return answer.json()["SAD"]


def refused(answer, what, text=REFUSAL):
    status, body = answer.pair()
    found = (status, body.get("error"), body.get("error_description"))
    require(found == (400, "invalid_authentication_data", text), f"{what}: {found}")


class Setting:
    def __init__(self, gateway):
        self.gateway = gateway
        self.sandbox = gateway.sandbox
        self.signatory = Signatory(self.sandbox)
        self.client = Client(self.sandbox, self.sandbox.tls)
        self.keys_file = gateway.state / "partner-assertion-keys.json"

    def keys(self):
        return json.loads(self.keys_file.read_text())["keys"]

    def statement(self, digests, **changes):
        return self.signatory.statement(self.signatory.claims(digests, **changes))

    def signed(self, digests, **changes):
        """The honest way; the SAD."""
        sad = self.client.sad(self.statement(digests, **changes), digests, "the honest way")
        self.client.signed(LABEL, digests, sad=sad)
        return sad

    def show(self, name, *options):
        return self.gateway.run("signature", "show", name, "--database", self.gateway.database, *options)

    def report(self, name):
        shown = self.show(name, "--json")
        require(shown.returncode == 0, shown.stdout)
        report = json.loads(shown.stdout)
        require(report["log"]["whole"] is True, f"{report['log']}")
        [signature] = report["signatures"]
        require(signature["outcome"] == "made", f"{signature}")
        return signature
