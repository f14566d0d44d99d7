"""The partner's software: calls to the CSC API, and signatures that are verified."""

import json
import os

from harness import exchanges, verify
from harness.encodings import base64std
from harness.failure import require
from harness.verify import Verifier
from harness.wire import Wire

JSON = [("Content-Type", "application/json"), ("Accept", "application/json")]
SIGN_ALGORITHMS = {"p256": verify.ECDSA_SHA256, "rsa2048": verify.RSA_SHA256}
OWN = object()
"""The portal's own token, where a call may have another one, or None."""


def digest():
    """Of a document that nobody has signed."""
    return verify.digest(os.urandom(32))


class Portal:
    """Speaks with one gateway; with the partner's service token if none is given."""

    def __init__(self, sandbox, base=None, token=None):
        self.sandbox = sandbox
        self.base = base or sandbox.plain
        self.token = token or sandbox.fact("partner")["serviceToken"]
        self.wire = Wire(sandbox.trust_anchor)
        self.verifier = Verifier(sandbox.signing_root)
        self.certificates = {}
        exchanges.gateway(self.base)

    def call(self, method, body, token=OWN, version="v2", wire=None):
        token = self.token if token is OWN else token
        headers = JSON if token is None else [*JSON, ("Authorization", f"Bearer {token}")]
        url = f"{self.base}/csc/{version}/{method}"
        return (wire or self.wire).send("POST", url, headers, json.dumps(body).encode())

    def authorize(self, label, digests, factors, token=OWN, number=None, **more):
        """`factors`: the value of each by its name; None where it has none to begin with."""
        body = {
            "credentialID": self.sandbox.credential_id(label), "numSignatures": number or max(len(digests), 1),
            "authData": [{"id": name} | ({} if value is None else {"value": value}) for name, value in factors.items()],
        }
        if digests:
            body |= {"hashes": [base64std(octets) for octets in digests], "hashAlgorithmOID": verify.SHA256}
        return self.call("credentials/authorize", body | more, token)

    def algorithm(self, label):
        return SIGN_ALGORITHMS[self.sandbox.credential(label)["key"]]

    def sign(self, label, digests, token=OWN, sad=None, **more):
        body = {
            "credentialID": self.sandbox.credential_id(label), "hashes": [base64std(octets) for octets in digests],
            "hashAlgorithmOID": verify.SHA256, "signAlgo": self.algorithm(label), **more,
        }
        if sad is not None:
            body["SAD"] = sad
        return self.call("signatures/signHash", body, token)

    def signed(self, label, digests, token=OWN, sad=None):
        """The signatures, each of which was verified against the certificate, and that against the root."""
        answer = self.sign(label, digests, token, sad)
        require(answer.status == 200, answer.summary())
        signatures = answer.json()["signatures"]
        self.verifier.signatures(signatures, self.certificate(label), digests, self.algorithm(label))
        return signatures

    def certificate(self, label):
        if label not in self.certificates:
            body = {"credentialID": self.sandbox.credential_id(label), "certificates": "chain"}
            answer = self.call("credentials/info", body, self.owner(label)["serviceToken"])
            require(answer.status == 200, answer.summary())
            self.certificates[label] = self.verifier.chain(answer.json()["cert"]["certificates"])
        return self.certificates[label]

    def owner(self, label):
        return self.sandbox.user(self.sandbox.credential(label)["owner"])
