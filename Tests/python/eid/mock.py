"""oidc-provider-mock, a second provider from PyPI: it puts any acr into a token, and wrong claims if told to."""

import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.parse

from administration import Session
from person import base64url, post
from provider import Client
from server import free_port
from stand import Failure, digest, require

LABEL, CLIENT = "p256-eid-mock", "portal-mock"
REDIRECT_URI = "http://127.0.0.1:8091/callback"


class Mock:
    def __init__(self, log):
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        with open(log, "ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(self.port)],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"})
        end = time.monotonic() + 30
        while True:
            try:
                Session("").send("GET", self.issuer + "/jwks")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    raise Failure("oidc-provider-mock did not start") from None
                time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def configuration(self):
        return {
            "label": "mock", "people": {"alice": "mock-alice"}, "issuer": self.issuer, "clientID": CLIENT,
            "allowsPlainHTTP": True, "algorithms": ["RS256"], "authenticationTime": "issuedAt",
            "levels": {"urn:example:low": "low", "urn:example:high": "high"},
        }

    def log_in(self, subject, nonce, **claims):
        """The ID token of a code flow for a person with these claims."""
        session = Session("")
        body = json.dumps(claims).encode()
        session.send("PUT", f"{self.issuer}/users/{subject}", headers={"Content-Type": "application/json"}, body=body)
        verifier = secrets.token_urlsafe(48)
        query = urllib.parse.urlencode({
            "response_type": "code", "client_id": CLIENT, "redirect_uri": REDIRECT_URI, "scope": "openid",
            "state": "s", "nonce": nonce, "code_challenge_method": "S256",
            "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest())})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, headers, text = session.send(
            "POST", f"{self.issuer}/oauth2/authorize?{query}", headers=form,
            body=urllib.parse.urlencode({"sub": subject}).encode())
        require(status == 302, f"oidc-provider-mock: {status} {text[:200]}")
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(headers["Location"]).query)["code"][0]
        # It takes any secret.
        client = Client(CLIENT, "client_secret_basic", "any")
        status, tokens = post(f"{self.issuer}/oauth2/token", {
            "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, "code_verifier": verifier,
        }, client)
        require(status == 200, f"oidc-provider-mock: {status} {tokens}")
        return tokens["id_token"]


def run(stand, mock):
    """How many wrong tokens were refused; the right one authorizes after each."""
    partner, now = stand.partner(), int(time.time())
    high = "urn:example:high"
    refused = 0
    for reason, subject, claims in [
        ("level", "mock-alice", {"acr": "urn:example:low"}), ("acr", "mock-alice", {"acr": "urn:example:none"}),
        ("acr", "mock-alice", {}), ("subject", "mock-bob", {"acr": high}),
        ("iss", "mock-alice", {"acr": high, "iss": "https://evil.example"}),
        ("aud", "mock-alice", {"acr": high, "aud": ["others"]}),
        ("exp", "mock-alice", {"acr": high, "exp": now - 60}),
        ("azp", "mock-alice", {"acr": high, "azp": "others"}),
        ("age", "mock-alice", {"acr": high, "auth_time": now - 700}),
        ("nbf", "mock-alice", {"acr": high, "nbf": now + 90}),
    ]:
        challenge = partner.challenge(LABEL)
        answer = partner.authorize(LABEL, mock.log_in(subject, challenge, **claims))
        require((answer.status, answer.error) == (400, "invalid_authentication_data"), f"{claims}: {answer}")
        last = stand.audit()[-1]
        require((last["kind"], last["reason"]) == ("authorization.refused", reason), f"{claims}: {last}")
        refused += 1
        token = mock.log_in("mock-alice", challenge, acr=high, amr=["pin", "hwk"])
        partner.granted(LABEL, token, [digest()])
        evidence = [e for e in stand.audit() if e["kind"] == "authorization.granted"][-1]["evidence"][0]
        require((evidence["acr"], evidence["amr"]) == (high, ["pin", "hwk"]), f"evidence {evidence}")
    return refused
