"""The honest parties and what an attack may use of them.

Every attack begins with the honest way, so that a refusal says something; it then shows that the way is still open,
so that the attack cost nobody anything.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from harness import encodings, pkce, verify
from harness.browser import Browser, Landing, walk
from harness.failure import Failure, require
from harness.oauth_client import ACCEPT, FORM, OAuthClient
from harness.one_time_codes import OneTimeCodes
from harness.portal import Portal, digest

ATTACKS = []


def attack(function):
    """Registers a test; its docstring's first line says what is attacked, the rest where the rule stands.

    One that has to wait is a generator, which yields the seconds. All of these are begun before the first attack, so that
    their waits pass while the others run.
    """
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


class Party(OAuthClient):
    """Registered client software that does everything right."""

    def __init__(self, world, label, base=""):
        """`base`: the path before `/oauth2/…`, `/csc/v1` for the endpoints of v1."""
        super().__init__(world, label)
        self.endpoints = f"{self.base}{base}/oauth2"
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
            extra[self.hash_name] = ",".join(encodings.base64url(octets) for octets in digests)
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
                headers.append(("Authorization", encodings.basic(self.client_id, self.secret)))
        if not any(name == "client_id" for name, _ in pairs):
            pairs.append(("client_id", self.client_id))
        return self.post_form(endpoint, pairs, headers, wire)

    def post_form(self, endpoint, pairs, headers=(), wire=None):
        """Nothing is added."""
        url = f"{self.endpoints}/{endpoint}"
        return (wire or self.world.wire).send("POST", url, [FORM, ACCEPT, *headers], urlencode(list(pairs)).encode())

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


class World(Portal):
    """The service over TLS, and who wants something of it."""

    def __init__(self, sandbox):
        super().__init__(sandbox, sandbox.tls)
        self.user = sandbox.user("alice")
        self.service_tokens = {}
        self.codes = OneTimeCodes()

    def party(self, label, base=""):
        return Party(self, label, base)

    def browser(self):
        return Browser(self.wire, {self.sandbox.origin()})

    @staticmethod
    def digest():
        return digest()

    def sad(self, label, digests, user=None, number=None):
        """By credentials/authorize with the PIN."""
        user = user or self.user
        answer = self.authorize(label, digests, {"PIN": user["pin"]}, user["serviceToken"], number)
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
