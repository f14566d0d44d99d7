"""A partner's help desk: software that calls the partner API."""

import json
import secrets

from harness.encodings import basic
from harness.failure import require
from harness.oauth_client import FORM
from harness.wire import Wire

SCOPES = ("partner.read", "partner.identify", "partner.issue", "partner.revoke", "partner.audit")


class Desk:
    def __init__(self, sandbox, label="portal-desk", scopes=SCOPES):
        self.base, self.wire = sandbox.tls, Wire(sandbox.trust_anchor)
        client = sandbox.client(label)
        answer = self.wire.send(
            "POST", self.base + "/oauth2/token",
            [FORM, ("Authorization", basic(client["clientID"], client["clientSecret"]))],
            f"grant_type=client_credentials&scope={'+'.join(scopes)}".encode())  # fmt: skip
        require(answer.status == 200, f"no token: {answer}")
        token = answer.json()
        require(token["scope"].split() == sorted(scopes), f"other scopes: {token['scope']}")
        self.token = token["access_token"]

    def call(self, method, path, body=None, key=None, headers=()):
        headers = [("Authorization", f"Bearer {self.token}"), *headers]
        if method == "POST":
            headers.append(("Idempotency-Key", key or secrets.token_hex(16)))
        if body is not None:
            headers.append(("Content-Type", "application/json"))
        return self.wire.send(method, self.base + path, headers, None if body is None else json.dumps(body).encode())


def parts(answer):
    """All of an answer that may not tell one unknown id from another: without the request's own id and the time."""
    request = answer.header("X-Request-ID")
    headers = [(name, value.replace(request, "ID")) for name, value in answer.headers if name.lower() != "date"]
    body = answer.body.replace(request.encode(), b"ID")
    return answer.status, [pair for pair in headers if pair[0].lower() != "content-length"], body
