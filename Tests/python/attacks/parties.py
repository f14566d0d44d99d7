"""The honest parties and what an attack may use of them.

Every attack begins with the honest way, so that a refusal says something; it then shows that the way is still open,
so that the attack cost nobody anything.
"""

import json
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

import pkce
import verify
from browser import Browser, Landing, walk
from strict import require
from verify import Verifier
from wire import Failure, Wire

ATTACKS = []
SIGN_ALGORITHMS = {"p256": verify.ECDSA_SHA256, "rsa2048": verify.RSA_SHA256}


def attack(function):
    """Registers a test; its docstring's first line says what is attacked, the rest where the rule stands."""
    ATTACKS.append(function)
    return function


def changed(pairs, changes):
    """The parameters with some replaced, added, or left out (None)."""
    kept = [(name, changes[name] if name in changes else value) for name, value in pairs]
    names = {name for name, _ in pairs}
    kept += [(name, value) for name, value in changes.items() if name not in names]
    return [(name, value) for name, value in kept if value is not None]


@dataclass(frozen=True)
class Request:
    """An authorization request and what its client keeps for itself."""

    pairs: list
    verifier: str
    state: str

    def but(self, **changes):
        return Request(changed(self.pairs, changes), self.verifier, self.state)


class Party:
    """Registered client software that does everything right."""

    def __init__(self, world, label, base=""):
        """`base`: the path before `/oauth2/…`, `/csc/v1` for the endpoints of v1."""
        self.world = world
        self.registration = world.sandbox.client(label)
        self.client_id = self.registration["clientID"]
        self.secret = self.registration.get("clientSecret")
        self.redirect_uri = self.registration["redirectURIs"][0]
        self.endpoints = f"{world.sandbox.tls}{base}/oauth2"
        self.hash_name = "hash" if base.endswith("/v1") else "hashes"

    # Authorization requests

    def request(self, scope="service", **changes):
        verifier, state = pkce.verifier(), pkce.state()
        pairs = [
            ("response_type", "code"), ("client_id", self.client_id), ("redirect_uri", self.redirect_uri),
            ("scope", scope), ("state", state), ("code_challenge", pkce.challenge(verifier)),
            ("code_challenge_method", "S256"),
        ]
        return Request(pairs, verifier, state).but(**changes)

    def credential_request(self, label, digests=(), number=None, **changes):
        extra = {"credentialID": self.world.sandbox.credential_id(label), "numSignatures": number or len(digests)}
        if digests:
            extra[self.hash_name] = ",".join(pkce.base64url(octets) for octets in digests)
            if self.hash_name == "hashes":
                extra["hashAlgorithmOID"] = verify.SHA256
        return self.request("credential", **extra | changes)

    def url(self, request):
        return f"{self.endpoints}/authorize?{urlencode(request.pairs)}"

    def push(self, request):
        return self.form("pushed_authorize", request.pairs)

    def pushed_url(self, request):
        answer = self.push(request)
        require(answer.status == 201, answer.summary())
        return self.url_of(answer.json()["request_uri"])

    def url_of(self, request_uri, **extra):
        pairs = [("client_id", self.client_id), ("request_uri", request_uri), *extra.items()]
        return f"{self.endpoints}/authorize?{urlencode(pairs)}"

    def code(self, request, url=None, user=None):
        """The code that a person's log-in and consent give."""
        user = user or self.world.user
        person = {"pin": user["pin"]} if ("scope", "credential") in request.pairs else {}
        return walk(self.world.browser(), url or self.url(request), user, **person).code(request.state)

    # Token endpoint and its neighbours

    def form(self, endpoint, pairs, headers=None, wire=None):
        """With the client's own authentication, unless other headers are given."""
        pairs = list(pairs)
        if headers is None:
            headers = []
            if self.secret:
                headers.append(("Authorization", pkce.basic(self.client_id, self.secret)))
        if not any(name == "client_id" for name, _ in pairs):
            pairs.append(("client_id", self.client_id))
        return self.post_form(endpoint, pairs, headers, wire)

    def post_form(self, endpoint, pairs, headers=(), wire=None):
        """Nothing is added."""
        headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"), *headers]
        return (wire or self.world.wire).send(
            "POST", f"{self.endpoints}/{endpoint}", headers, urlencode(list(pairs)).encode()
        )

    def exchange(self, code, request, **changes):
        pairs = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", self.redirect_uri),
            ("code_verifier", request.verifier),
        ]
        return self.form("token", changed(pairs, changes))

    def refresh(self, refresh_token, **extra):
        return self.form("token", [("grant_type", "refresh_token"), ("refresh_token", refresh_token), *extra.items()])

    def own_token(self):
        """Client credentials: the partner's token, not a user's."""
        return granted(self.form("token", [("grant_type", "client_credentials"), ("scope", "service")]))

    def tokens(self, request=None, user=None):
        """The whole honest way; the token answer."""
        request = request or self.request()
        return granted(self.exchange(self.code(request, user=user), request))

    def credential_token(self, label, digests=(), number=None):
        return self.tokens(self.credential_request(label, digests, number))["access_token"]

    def service_token(self):
        """Of the person at this client; one for the whole run."""
        if self.client_id not in self.world.service_tokens:
            self.world.service_tokens[self.client_id] = self.tokens()["access_token"]
        return self.world.service_tokens[self.client_id]


class World:
    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.wire = Wire(sandbox.trust_anchor)
        self.verifier = Verifier(sandbox.signing_root)
        self.user = sandbox.user("alice")
        self.certificates = {}
        self.service_tokens = {}
        self.codes = pkce.OneTimeCodes(time.time, time.sleep)

    def party(self, label, base=""):
        return Party(self, label, base)

    def browser(self):
        return Browser(self.wire, {self.sandbox.origin()})

    def digest(self):
        """Of a document that nobody has signed."""
        return verify.digest(f"{uuid.uuid4()} {time.time_ns()}".encode())

    # The CSC API

    def call(self, method, body, token, version="v2", wire=None):
        headers = [("Content-Type", "application/json"), ("Accept", "application/json")]
        if token is not None:
            headers.append(("Authorization", f"Bearer {token}"))
        url = f"{self.sandbox.tls}/csc/{version}/{method}"
        return (wire or self.wire).send("POST", url, headers, json.dumps(body).encode())

    def algorithm(self, label):
        return SIGN_ALGORITHMS[self.sandbox.credential(label)["key"]]

    def sign(self, label, digests, token, sad=None, **extra):
        body = {
            "credentialID": self.sandbox.credential_id(label), "hashes": [pkce.base64std(d) for d in digests],
            "hashAlgorithmOID": verify.SHA256, "signAlgo": self.algorithm(label), **extra,
        }
        if sad is not None:
            body["SAD"] = sad
        return self.call("signatures/signHash", body, token)

    def signed(self, label, digests, token, sad=None):
        """The honest signature, verified; the texts."""
        answer = self.sign(label, digests, token, sad)
        require(answer.status == 200, answer.summary())
        signatures = answer.json()["signatures"]
        self.verifier.signatures(signatures, self.certificate(label), digests, self.algorithm(label))
        return signatures

    def certificate(self, label):
        if label not in self.certificates:
            body = {"credentialID": self.sandbox.credential_id(label), "certificates": "chain"}
            owner = self.sandbox.user(self.sandbox.credential(label)["owner"])
            answer = self.call("credentials/info", body, owner["serviceToken"])
            require(answer.status == 200, answer.summary())
            self.certificates[label] = self.verifier.chain(answer.json()["cert"]["certificates"])
        return self.certificates[label]

    def sad(self, label, digests, user=None, number=None):
        """By credentials/authorize with the PIN."""
        user = user or self.user
        body = {
            "credentialID": self.sandbox.credential_id(label), "numSignatures": number or len(digests),
            "hashes": [pkce.base64std(d) for d in digests], "hashAlgorithmOID": verify.SHA256,
            "authData": [{"id": "PIN", "value": user["pin"]}],
        }
        answer = self.call("credentials/authorize", body, user["serviceToken"])
        require(answer.status == 200, answer.summary())
        return answer.json()["SAD"]

    def opens_api(self, token, wire=None):
        """Whether a bearer of scope service is good."""
        answer = self.call("credentials/list", {}, token, wire=wire)
        require(answer.status in (200, 401), answer.summary())
        return answer.status == 200


def granted(answer):
    require(answer.status == 200, answer.summary())
    require(answer.header("Cache-Control") == "no-store", f"tokens with Cache-Control {answer.header('Cache-Control')}")
    return answer.json()


SECRET_MEMBERS = {"access_token", "refresh_token", "code", "SAD", "signatures", "request_uri", "responseID"}


def refused(answer, *errors, status=(400, 401, 403), texts=None):
    """An error of the right kind, as JSON, that gives nothing away. `errors`: the codes that fit."""
    statuses = status if isinstance(status, tuple) else (status,)
    require(answer.status in statuses, f"not refused with {statuses}: {answer.summary()}")
    body = answer.json()
    require(not SECRET_MEMBERS & set(body), f"a refusal with {sorted(body)}")
    require(isinstance(body.get("error"), str), answer.summary())
    require(not errors or body["error"] in errors, f"error is not in {errors}: {answer.summary()}")
    description = (body.get("error_description") or "").rstrip(".")
    require(not texts or description in texts, f"the text is not in {texts}: {answer.summary()}")
    return body


def error_page(result):
    """An error page of the server's own: no redirect, no log-in, no way out to another site."""
    if isinstance(result, Landing):
        raise Failure(f"a redirect to {result.location}")
    require(result.status == 400, f"status {result.status}: {result.text[:200]}")
    require(not result.asks_for_log_in and not result.asks_for_consent, "the error page has a log-in or consent form")
    for tag, attributes in result.elements:
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            raise Failure(f"the error page refreshes to {attributes.get('content')}")
    return result


def error_redirect(result, party, request, *errors):
    """The error goes back to the registered redirect URI, with state and issuer, and without a code."""
    if not isinstance(result, Landing):
        raise Failure(f"no redirect with an error but {result.status}: {result.text[:200]}")
    require(result.uri == party.redirect_uri, f"a redirect to {result.location}")
    require("code" not in result.params and not result.fragment, f"more than an error: {result.location}")
    require(result.params.get("error") in errors, f"error is not in {errors}: {result.location}")
    require(result.params.get("state") == request.state, f"the state is lost: {result.location}")
    require(result.params.get("iss") == party.world.sandbox.tls, f"no or wrong iss: {result.location}")


def not_begun(result, party, request):
    """Refused before anybody is asked for a password: by page or by redirect to the registered URI."""
    if isinstance(result, Landing):
        require(result.uri == party.redirect_uri, f"a redirect to {result.location}")
        require("code" not in result.params and "error" in result.params, f"no error: {result.location}")
    else:
        error_page(result)
