"""A sandbox that trusts the test's eID providers, and the partner's client with its log-ins."""

import json
import sys
from pathlib import Path

from harness import verify
from harness.failure import require
from harness.gateway import Gateway
from harness.portal import Portal
from harness.program import FIXTURES

sys.path.append(str(FIXTURES))
from eid_nonce import eid_nonce  # noqa: E402

ONE, TWO = "p256-eid-glewlwyd", "p256-eid-scal2-glewlwyd"


class Stand(Gateway):
    """`providers`: what the files for `--eid-provider` hold."""

    def __init__(self, folder, *providers):
        files = []
        for provider in providers:
            file = Path(folder) / f"{provider['label']}.json"
            file.write_text(json.dumps(provider))
            files += ["--eid-provider", file]
        super().__init__(folder, *files)

    def partner(self):
        return Partner(self.sandbox)


def glewlwyd(provider, folder):
    """The gateway trusts the provider; its tokens must be made for the partner's clients there, or the gateway's."""
    secret_file = Path(folder) / "secret"
    secret_file.write_text(provider.clients["gateway"].secret + "\n")
    return {
        "label": "glewlwyd", "people": {"alice": provider.people["alice"].subject}, "issuer": provider.issuer,
        "clientID": "gateway", "clientSecretFile": str(secret_file), "allowsPlainHTTP": True,
        "algorithms": [provider.algorithm], "levelClaim": "loa",
        "levels": {"low": "low", "substantial": "substantial", "high": "high"},
        "audiences": {"portal": ["portal", "portal-app"], "rival": ["rival"]}, "accessTokens": "both",
        # It says auth_time 0 in the code flow.
        "authenticationTime": "issuedAt", "claims": ["name"], "timeout": 5,
    }


class Partner(Portal):
    def at(self, base):
        return Partner(self.sandbox, base)

    def challenge(self, label):
        body = {"credentialID": self.sandbox.credential_id(label), "authObjectID": "EID"}
        answer = self.call("credentials/getChallenge", body)
        require(answer.status == 200, f"getChallenge: {answer}")
        return answer.json()["challenge"]

    def present(self, label, token, digests=()):
        return self.authorize(label, digests, {"EID": token})

    def refused(self, label, token, what, digests=()):
        answer = self.present(label, token, digests)
        require((answer.status, answer.error) == (400, "invalid_authentication_data"), f"{what}: {answer}")
        return answer

    def granted(self, label, token, digests):
        """Authorizes, which must work, and signs."""
        answer = self.present(label, token, digests)
        require(answer.status == 200, f"refused: {answer}")
        self.signed(label, digests, sad=answer.json()["SAD"])


def nonce_for(challenge, digests):
    """As the partner's client computes it (Fixtures/eid_nonce.py)."""
    return eid_nonce(challenge, verify.SHA256, len(digests), digests)
