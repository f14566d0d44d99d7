"""Attacks on pushed authorization requests."""

import time

from attacks.parties import attack, error_page, granted, not_begun, refused
from harness.browser import Landing, consent_page, decide, walk
from harness.failure import require
from harness.servers import Server


def pushed(party, request):
    answer = party.push(request)
    require(answer.status == 201, answer.summary())
    body = answer.json()
    require(body["request_uri"].startswith("urn:ietf:params:oauth:request_uri:"), f"request_uri {body['request_uri']}")
    require(body["expires_in"] == 60, f"expires_in {body['expires_in']}")
    return body["request_uri"]


def not_accepted(world, party, request_uri):
    result = world.browser().open(party.url_of(request_uri))
    if isinstance(result, Landing):
        not_begun(result, party, None)
    else:
        error_page(result)


@attack
def request_uri_reuse(world):
    """A pushed request is used again, after it was completed and while it is open elsewhere. Its own browser may load the
    page again.

    RFC 9126 §4 and §7.3 (one-time use, but for a browser that reloads).
    """
    party = world.party("public")
    request = party.request()
    request_uri = pushed(party, request)
    code = party.code(request, party.url_of(request_uri))
    not_accepted(world, party, request_uri)
    granted(party.exchange(code, request))
    not_accepted(world, party, request_uri)

    request = party.request()
    request_uri = pushed(party, request)
    page = consent_page(world.browser(), party.url_of(request_uri), world.user)
    not_accepted(world, party, request_uri)
    loaded_again = consent_page(page.browser, party.url_of(request_uri), world.user)
    code = decide(page).code(request.state)
    require(not isinstance(decide(loaded_again), Landing), "two answers to one request")
    error_page(page.browser.open(party.url_of(request_uri)))
    granted(party.exchange(code, request))


@attack
def request_uri_of_another_client(world):
    """A client presents what another one pushed; the owner's request stays good.

    RFC 9126 §2.2 and §7.2 (bound to the client).
    """
    owner = world.party("confidential")
    owner.tokens()
    request = owner.request()
    request_uri = pushed(owner, request)
    for thief in (world.party("public"), world.party("rival")):
        not_accepted(world, thief, request_uri)
    code = owner.code(request, owner.url_of(request_uri))
    refused(world.party("public").exchange(code, request), "invalid_grant", status=400)
    granted(owner.exchange(code, request))


@attack
def parameters_next_to_request_uri(world):
    """Parameters in the address are to change what was pushed.

    RFC 9126 §4 with RFC 9101 §6.3 (only the pushed parameters count).
    """
    party = world.party("public")
    digests = [world.digest()]
    request = party.credential_request("p256-oauth", digests)
    smuggled = {
        "redirect_uri": "http://evil.example/callback", "scope": "service", "state": "evil", "response_type": "token",
        "numSignatures": "100", "credentialID": world.sandbox.credential_id("rsa2048-oauth"),
        "hashes": party.credential_request("p256-oauth", [world.digest()]).pairs[-2][1],
    }
    landing = walk(
        world.browser(), party.url_of(pushed(party, request), **smuggled), world.user, pin=world.user["pin"]
    )
    require(landing.uri == party.redirect_uri, f"sent to {landing.location}")
    token = granted(party.exchange(landing.code(request.state), request))["access_token"]
    refused(world.sign("p256-oauth", [world.digest()], token))
    refused(world.sign("rsa2048-oauth", digests, token))
    world.signed("p256-oauth", digests, token)
    refused(world.sign("p256-oauth", [world.digest()], token))


@attack
def made_up_request_uri(world):
    """A request_uri that nobody pushed, or one that makes the server call an address.

    RFC 9126 §7.1 (guessing); RFC 9101 §10.4 (request forgery by request_uri).
    """
    party = world.party("public")
    request = party.request()
    good = pushed(party, request)
    asked = []

    def trap(_method, path, *_):
        asked.append(path)
        return 404, {}, b""

    with Server(trap) as server:
        flipped = good[:-1] + ("A" if good[-1] != "A" else "B")
        address = f"{server.origin}/request.jwt"
        for request_uri in (flipped, good + "A", good.upper(), "urn:ietf:params:oauth:request_uri:", "x", address):
            not_accepted(world, party, request_uri)
        time.sleep(0.3)
        require(not asked, f"the server asked for {asked}")
    granted(party.exchange(party.code(request, party.url_of(good)), request))


@attack
def pushing_without_proof(world):
    """A confidential client's request is pushed without or with wrong authentication; a request_uri is pushed.

    RFC 9126 §2 (client authentication as at the token endpoint) and §2.1 (request_uri is refused).
    """
    party = world.party("confidential")
    request = party.request()
    pushed(party, request)
    refused(party.form("pushed_authorize", request.pairs, headers=[]))
    refused(party.form("pushed_authorize", [*request.pairs, ("client_secret", "wrong")], headers=[]))
    refused(party.push(request.but(request_uri="urn:ietf:params:oauth:request_uri:x")), "invalid_request", status=400)
    # RFC 9126 §2.3: the endpoint takes POST only.
    answer = world.wire.send("GET", f"{party.endpoints}/pushed_authorize", [("Accept", "application/json")])
    require(answer.status in (404, 405), answer.summary())


@attack
def expired_request_uri(world):
    """A pushed request is used after its 60 s.

    RFC 9126 §2.2 and §4.
    """
    party = world.party("public")
    url = party.pushed_url(party.request())
    yield 62
    fresh = party.request()
    granted(party.exchange(party.code(fresh, party.pushed_url(fresh)), fresh))
    not_begun(world.browser().open(url), party, None)
