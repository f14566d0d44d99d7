"""Attacks on where the browser is sent."""

from urllib.parse import urlencode

from attacks.parties import attack, error_page, error_redirect, granted, not_begun, refused
from harness.browser import Landing, decide, log_in, walk
from harness.failure import require

ELSEWHERE = "http://evil.example"


def tricks(registered):
    """URIs that a careless comparison takes for the registered one, http://host/callback."""
    scheme, rest = registered.split("://", 1)
    host, _, path = rest.partition("/")
    return [
        # suffix, prefix, traversal
        registered + "/extra", registered + "x", registered + "/", registered + ".evil.example",
        registered + "/../evil", registered + "/%2e%2e/evil", f"{scheme}://{host}/x/../{path}", f"{scheme}://{host}/",
        f"{ELSEWHERE}/{registered}", f"{ELSEWHERE}/?{registered}", f"{ELSEWHERE}#{registered}",
        # another host
        f"{scheme}://{host}.evil.example/{path}", f"{scheme}://evil.example/{path}",
        # user information
        f"{scheme}://{host}@evil.example/{path}", f"{scheme}://evil.example\\@{host}/{path}",
        f"{scheme}://user@{host}/{path}", f"{scheme}://{host}%00@evil.example/{path}", f"{registered}@evil.example/",
        # spelling
        f"{scheme.upper()}://{host}/{path}", f"{scheme}://{host}/{path.upper()}", f"{scheme}://{host}//{path}",
        f"{scheme}://{host}/%63allback", f"https://{host}/{path}", f"//{host}/{path}", f"/{path}", path,
        f"{scheme}:/{host}/{path}", f"{scheme}://localhost:{host.partition(':')[2]}/{path}",
        f"{scheme}://{host.partition(':')[0]}/{path}", f"{scheme}://{host.partition(':')[0]}:9/{path}",
        # extra query and fragment
        registered + "?x=1", registered + "?", registered + "#", registered + "#x", registered + "&x=1",
        # white space and line ends
        registered + " ", " " + registered, registered + "\r\nLocation: " + ELSEWHERE, registered + "\t",
        registered + "\x00",
        # another kind of address
        "javascript:alert(1)//" + registered, "data:text/html,x", "urn:ietf:wg:oauth:2.0:oob",
    ]


@attack
def redirect_uri_tricks(world):
    """The code is to go to an address that only looks like the registered one; also for an error.

    RFC 9700 §2.1 and §4.1 (exact comparison); RFC 6749 §4.1.2.1 (no redirect then) and §10.15 (open redirectors).
    """
    party = world.party("confidential")
    party.tokens()
    for uri in tricks(party.redirect_uri):
        request = party.request(redirect_uri=uri)
        try:
            error_page(world.browser().open(party.url(request)))
            # The same with something else wrong, whose error would otherwise be redirected.
            error_page(world.browser().open(party.url(request.but(response_type="token"))))
            refused(party.push(request), "invalid_request", status=400)
        except Exception as error:
            raise type(error)(f"redirect_uri {uri!r}: {error}") from error


@attack
def loopback_tricks(world):
    """The port of a native application's loopback address is free; everything else of the address is not.

    RFC 8252 §7.3 and §8.3; RFC 9700 §2.1.
    """
    party = world.party("public")
    scheme, rest = party.redirect_uri.split("://", 1)
    host, _, path = rest.partition("/")
    name = host.partition(":")[0]
    for uri in (f"{scheme}://{name}:51234/{path}", f"{scheme}://{name}/{path}"):
        request = party.request(redirect_uri=uri)
        page = world.browser().open(party.url(request))
        policy = page.answer.all("Content-Security-Policy")[0]
        origin = uri[: -len(path) - 1]
        require(f"form-action 'self' {origin};" in policy, f"the policy is {policy}")
        landing = decide(log_in(page, world.user))
        require(landing.uri == uri, f"sent to {landing.uri}")
        refused(party.exchange(landing.code(request.state), request, redirect_uri=party.redirect_uri))
        granted(party.exchange(landing.code(request.state), request, redirect_uri=uri))
    foreign = [
        uri for uri in tricks(f"{scheme}://{name}:51234/{path}")
        if uri not in (f"{scheme}://{name}/{path}", f"{scheme}://{name}:9/{path}")
    ]  # fmt: skip
    for uri in (*foreign, f"{scheme}://[::1]:51234/{path}", f"{scheme}://127.0.0.2:51234/{path}",
                f"{scheme}://{name}:0/{path}", f"{scheme}://{name}:65536/{path}", f"{scheme}://{name}:051234/{path}"):
        error_page(world.browser().open(party.url(party.request(redirect_uri=uri))))
        refused(party.push(party.request(redirect_uri=uri)), "invalid_request", status=400)


@attack
def redirect_uri_of_another_client(world):
    """The code is to go to another client's redirect URI, of the same partner and of another one.

    RFC 6749 §3.1.2.4 and §10.6.
    """
    party = world.party("confidential")
    everyones = {uri for client in world.sandbox.fact("clients") for uri in client["redirectURIs"]}
    foreign = everyones - set(party.registration["redirectURIs"])
    require(len(foreign) > 1, f"the other clients' redirect URIs are {foreign}")
    party.tokens()
    for uri in foreign:
        error_page(world.browser().open(party.url(party.request(redirect_uri=uri))))
        refused(party.push(party.request(redirect_uri=uri)), "invalid_request", status=400)


@attack
def redirect_uri_missing_or_doubled(world):
    """No redirect URI from a client that has registered several, or two of them.

    RFC 6749 §3.1.2.3 (required if several are registered) and §3.1 (no parameter twice).
    """
    party = world.party("public")
    require(len(party.registration["redirectURIs"]) > 1, "the public client has one redirect URI only")
    for uri in party.registration["redirectURIs"]:
        request = party.request(redirect_uri=uri)
        landing = walk(world.browser(), party.url(request), world.user)
        require(landing.uri == uri, f"sent to {landing.uri}")
        granted(party.exchange(landing.code(request.state), request, redirect_uri=uri))
    error_page(world.browser().open(party.url(party.request(redirect_uri=None))))
    for second in (ELSEWHERE, party.redirect_uri):
        request = party.request()
        url = party.url(request) + "&" + urlencode([("redirect_uri", second)])
        error_page(world.browser().open(url))


@attack
def unknown_client(world):
    """An authorization request of nobody, which must not become a redirector.

    RFC 6749 §4.1.2.1.
    """
    party = world.party("public")
    party.tokens()
    for client_id in ("nobody", "", None, party.client_id.upper(), party.client_id + "\x00"):
        error_page(world.browser().open(party.url(party.request(client_id=client_id))))


@attack
def mix_up(world):
    """Another server's answer is taken for ours: every answer names its issuer, and metadata says that it does.

    RFC 9207 §2 and §2.3; RFC 9700 §4.4; RFC 8414 §3.3.
    """
    issuer = world.sandbox.tls
    for name in ("oauth-authorization-server", "openid-configuration"):
        answer = world.wire.send("GET", f"{issuer}/.well-known/{name}", [("Accept", "application/json")])
        require(answer.status == 200, answer.summary())
        document = answer.json()
        require(document["issuer"] == issuer, f"{name} has issuer {document['issuer']}")
        announced = document.get("authorization_response_iss_parameter_supported")
        require(announced is True, f"{name} does not announce iss")
    for label, base in (("public", ""), ("confidential", "/csc/v1"), ("confidential", "/csc/v2")):
        party = world.party(label, base)
        for decision in ("approve", "deny"):
            request = party.request()
            landing = walk(world.browser(), party.url(request), world.user, decision)
            require(landing.params.get("iss") == issuer, f"iss is {landing.params.get('iss')}")
            require(landing.params.get("state") == request.state, "the state is lost")
            require(("code" in landing.params) == (decision == "approve"), f"{decision}: {landing.params}")
        request = party.request(scope="everything")
        error_redirect(world.browser().open(party.url(request)), party, request, "invalid_scope")


@attack
def response_types(world):
    """A token or a code is to come in the address, its fragment, or a form.

    RFC 9700 §2.1.2 (no token in the authorization response); CSC v1 §8.3.2 (the implicit grant is forbidden).
    """
    party = world.party("public")
    party.tokens()
    for response_type in ("token", "id_token", "code token", "code id_token", "code id_token token", "none", "CODE"):
        request = party.request(response_type=response_type)
        error_redirect(world.browser().open(party.url(request)), party, request, "unsupported_response_type")
    request = party.request(response_type=None)
    errors = ("invalid_request", "unsupported_response_type")
    error_redirect(world.browser().open(party.url(request)), party, request, *errors)
    for mode in ("fragment", "form_post", "web_message"):
        request = party.request(response_mode=mode)
        result = world.browser().open(party.url(request))
        if isinstance(result, Landing):
            not_begun(result, party, request)
        elif result.asks_for_log_in:
            landing = walk(world.browser(), party.url(request), world.user)
            require(not landing.fragment and "code" in landing.params, f"response_mode {mode}: {landing.location}")
        else:
            error_page(result)


@attack
def scopes(world):
    """More than one scope, an unknown one, or one that belongs to nobody.

    RFC 6749 §3.3 and §4.1.2.1; CSC v1 §8.3.2 (the two scopes are used one at a time).
    """
    party = world.party("public")
    party.tokens()
    together = ("service credential", "credential service", "service admin", "service,credential")
    for scope in (*together, "openid", "*", "SERVICE"):
        request = party.request(scope)
        error_redirect(world.browser().open(party.url(request)), party, request, "invalid_scope", "invalid_request")


@attack
def parameters_twice(world):
    """A parameter comes twice, so that two readers see two requests.

    RFC 6749 §3.1 and §3.2.
    """
    party = world.party("confidential")
    party.tokens()
    request = party.request()
    for name, value in [*request.pairs, ("scope", "credential"), ("code_challenge", "x" * 43)]:
        url = party.url(request) + "&" + urlencode([(name, value)])
        result = world.browser().open(url)
        not_begun(result, party, request)
        refused(party.form("pushed_authorize", [*request.pairs, (name, value)]), "invalid_request", status=400)
    code = party.code(request)
    pairs = [
        ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", party.redirect_uri),
        ("code_verifier", request.verifier), ("client_id", party.client_id),
    ]
    for name, value in pairs:
        refused(party.form("token", [*pairs, (name, value)]), "invalid_request", status=400)
    granted(party.form("token", pairs))


@attack
def secrets_in_the_address(world):
    """Client secret and code come in the query of the token endpoint, where every log keeps them; or by GET.

    RFC 6749 §2.3.1 (MUST NOT be included in the request URI) and §3.2 (POST).
    """
    party = world.party("confidential")
    request = party.request()
    code = party.code(request)
    secret = [("client_id", party.client_id), ("client_secret", party.secret)]
    grant = [
        ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", party.redirect_uri),
        ("code_verifier", request.verifier),
    ]
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    for query, form in ((secret + grant, []), (secret, grant), (grant, secret)):
        url = f"{party.endpoints}/token?{urlencode(query)}"
        refused(world.wire.send("POST", url, headers, urlencode(form).encode()), status=(400, 401))
        answer = world.wire.send("GET", url, headers)
        require(answer.status in (404, 405), answer.summary())
    granted(party.exchange(code, request))


@attack
def request_by_form(world):
    """An authorization request by POST, where the address and the form say different things.

    RFC 6749 §3.1 (POST may be supported; no parameter more than once).
    """
    party = world.party("public")
    request = party.request()
    browser = world.browser()
    url = f"{party.endpoints}/authorize"
    page = browser.go("POST", url, "cross-site", pairs=dict(request.pairs), origin="http://127.0.0.1:8091")
    landing = decide(log_in(page, world.user))
    granted(party.exchange(landing.code(request.state), request))
    query = urlencode([("redirect_uri", ELSEWHERE), ("scope", "credential"), ("state", "evil")])
    request = party.request()
    result = browser.go("POST", f"{url}?{query}", "cross-site", pairs=dict(request.pairs), origin=ELSEWHERE)
    if not isinstance(result, Landing) and result.asks_for_log_in:
        landing = decide(log_in(result, world.user))
        require(landing.uri == party.redirect_uri, f"sent to {landing.location}")
        granted(party.exchange(landing.code(request.state), request))
    else:
        not_begun(result, party, request)
