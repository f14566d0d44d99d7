"""oidc-provider-mock, a second provider from PyPI: it puts any acr into a token, and wrong claims if told to."""

import json
import sys
import urllib.parse

from glewlwyd.administration import Session
from glewlwyd.person import post
from glewlwyd.provider import Client
from harness import pkce
from harness.failure import require
from harness.gateway import answers
from harness.processes import Process, free_ports

CLIENT = "portal-mock"
REDIRECT_URI = "http://127.0.0.1:8091/callback"


class Mock:
    def __init__(self, log):
        [port] = free_ports(1)
        self.issuer = f"http://127.0.0.1:{port}"
        self.process = Process(
            [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", port], log,
            {"AUTHLIB_INSECURE_TRANSPORT": "1"})
        self.process.wait_until(lambda: answers(self.issuer + "/jwks"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()

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
        verifier = pkce.verifier()
        query = urllib.parse.urlencode({
            "response_type": "code", "client_id": CLIENT, "redirect_uri": REDIRECT_URI, "scope": "openid",
            "state": "s", "nonce": nonce, "code_challenge_method": "S256",
            "code_challenge": pkce.challenge(verifier)})
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
