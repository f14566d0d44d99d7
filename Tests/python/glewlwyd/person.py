"""A person with a browser, and what they do at glewlwyd."""

import json
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from glewlwyd.administration import Refused, Session
from harness import encodings, jose, pkce


def post(address, form, client=None):
    """Status and JSON of an answer to a form; the client authenticates by its secret, or says its name."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if client is not None and client.secret:
        headers["Authorization"] = encodings.basic(client.client_id, client.secret)
    elif client is not None:
        form = {**form, "client_id": client.client_id}
    status, _, body = Session("").send("POST", address, headers=headers, body=urlencode(form).encode())
    return status, json.loads(body) if body.startswith(b"{") else {}


class Person:
    def __init__(self, provider, name, password, level):
        self.provider = provider
        self.name = name
        self.password = password
        self.level = level
        self._subject = None

    @property
    def subject(self):
        """How the provider names the person; made at random when the first token is."""
        if self._subject is None:
            self._subject = jose.claims(self.log_in("portal", nonce=secrets.token_urlsafe(16))["id_token"])["sub"]
        return self._subject

    def browser(self):
        return Session(self.provider.server.url).log_in(self.name, self.password)

    def grant(self, client_id, scope):
        self.browser().call("PUT", f"/api/auth/grant/{client_id}", {"scope": scope})

    def log_in(self, client="portal", nonce=None, pushed=False, browser=None, **more):
        """The code flow from beginning to end: the token endpoint's answer. In a browser that is logged in already it is
        faster: glewlwyd takes its time for passwords."""
        code, verifier = self.code(client, nonce, pushed, browser, **more)
        return self.redeem(client, code, verifier)

    def code(self, client="portal", nonce=None, pushed=False, browser=None, **more):
        """An authorization code and its PKCE verifier."""
        provider, registered = self.provider, self.provider.clients[client]
        verifier, state = pkce.verifier(), pkce.state()
        query = {
            "response_type": "code", "client_id": registered.client_id, "scope": "openid", "state": state,
            "redirect_uri": provider.redirect_uri, "code_challenge_method": "S256",
            "code_challenge": pkce.challenge(verifier), **more,
        }
        if nonce is not None:
            query["nonce"] = nonce
        if pushed:
            answer = self._form(f"{provider.issuer}/par", query, registered, 201)
            query = {"client_id": registered.client_id, "request_uri": answer["request_uri"]}
        # Without this glewlwyd shows its page, where a person presses "continue".
        query["g_continue"] = ""
        status, headers, body = (browser or self.browser()).send("GET", f"{provider.issuer}/auth?{urlencode(query)}")
        if status != 302:
            raise Refused(status, body)
        answer = parse_qs(urlsplit(headers["Location"]).query)
        if answer.get("state") != [state] or "code" not in answer:
            raise Refused(status, headers["Location"].encode())
        return answer["code"][0], verifier

    def redeem(self, client, code, verifier):
        provider = self.provider
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": provider.redirect_uri,
            "code_verifier": verifier,
        }
        return self._form(f"{provider.issuer}/token", form, provider.clients[client], 200)

    def waiting(self):
        """CIBA requests that wait for this person."""
        return self.browser().call("GET", f"{self.provider.issuer}/ciba_user_list")

    def answer(self, request, approve=True):
        """Approves or refuses a request of `waiting()`."""
        query = f"user_req_id={request['user_req_id']}&g_continue" + ("" if approve else "&cancel")
        status, headers, body = self.browser().send("GET", f"{self.provider.issuer}/ciba_user_check?{query}")
        expected = "complete" if approve else "cancelled"
        if status != 302 or expected not in headers["Location"]:
            raise Refused(status, (headers.get("Location") or "").encode() + body)

    def _form(self, address, form, client, expected):
        status, answer = post(address, form, client)
        if status != expected:
            raise Refused(status, json.dumps(answer).encode())
        return answer
