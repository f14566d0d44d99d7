"""Log-ins at glewlwyd, a real provider, by its code flow: to the SAD, and to signatures that verify."""

import secrets

from person import claims
from stand import digest, nonce_for, require

ONE, TWO = "p256-eid-glewlwyd", "p256-eid-scal2-glewlwyd"


def configuration(provider, secret_file):
    """The gateway trusts the provider; its tokens must be made for the partner's clients there, or the gateway's."""
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


def run(stand, provider):
    """How many log-ins authorized, and how many were refused."""
    partner, alice, bob = stand.partner(), provider.people["alice"], provider.people["bob"]
    granted = refused = 0

    def is_refused(token, what, label=ONE, digests=()):
        nonlocal refused
        answer = partner.authorize(label, token, digests)
        require((answer.status, answer.error) == (400, "invalid_authentication_data"), f"{what}: {answer}")
        refused += 1

    for client in ("portal", "portal-app"):
        for pushed in (False, True):
            challenge = partner.challenge(ONE)
            is_refused(bob.log_in(client, challenge)["id_token"], "Bob's log-in")
            is_refused(alice.log_in("rival", challenge)["id_token"], "a log-in at another partner's client")
            is_refused(alice.log_in(client, secrets.token_urlsafe(16))["id_token"], "a nonce of nobody's")
            token = alice.log_in(client, challenge, pushed)["id_token"]
            partner.granted(ONE, token, [digest()])
            is_refused(token, "the same log-in again")
            granted += 1

    # SCAL 2: the nonce says for which digests.
    digests = [digest(), digest()]
    challenge = partner.challenge(TWO)
    token = alice.log_in("portal", nonce_for(challenge, digests))["id_token"]
    is_refused(token, "other digests", TWO, [digest(), digest()])
    partner.granted(TWO, token, digests)
    granted += 1

    # Access tokens are introspected; glewlwyd tells a client about its own tokens only.
    token = alice.log_in("gateway", "n")["access_token"]
    require(claims(token)["sub"] == alice.subject, "the access token is not Alice's")
    is_refused(token, "an access token at SCAL 2", TWO, digests)
    partner.granted(ONE, token, [digest()])
    is_refused(token, "the same access token again")
    is_refused(alice.log_in("portal", "n")["access_token"], "an access token of another client")
    is_refused(bob.log_in("gateway", "n")["access_token"], "Bob's access token")
    granted += 1

    text = str(stand.audit())
    require(alice.subject not in text and bob.subject not in text, "the audit log names a person")
    return granted, refused


def outage(stand, provider):
    """The provider ends and comes back: what needs it gets 503, what does not goes on, and nothing is spent."""
    partner, alice = stand.partner(), provider.people["alice"]
    access = alice.log_in("gateway", "n")["access_token"]
    challenge = partner.challenge(ONE)
    token = alice.log_in("portal", challenge)["id_token"]
    provider.server.kill()
    for _ in range(8):
        answer = partner.authorize(ONE, access)
        require((answer.status, answer.error) == (503, "temporarily_unavailable"), f"provider down: {answer}")
        require(int(answer.headers["Retry-After"]) >= 1, "no Retry-After")
    # The keys were read before.
    partner.granted(ONE, token, [digest()])
    unavailable = [e for e in stand.audit() if e["kind"] == "authorization.unavailable"]
    # One entry a minute; how many calls had none is in the next.
    require(len(unavailable) == 1, f"{len(unavailable)} outages in the audit log")
    provider.start()
    # The circuit breaker is open for 10 seconds.
    answer = stand.until(lambda: partner.authorize(ONE, access), lambda a: a.status != 503, 15)
    require(answer.status == 200, f"provider back: {answer}")
    partner.sign(ONE, answer.json["SAD"], [digest()])
