"""Attacks on `account_token`, the application's statement which account may log in."""

import hashlib
import secrets
import time

from cryptography.hazmat.primitives.asymmetric import rsa

from attacks.parties import attack, granted, not_begun
from harness import jose
from harness.browser import Landing, consent_page, log_in, walk
from harness.failure import Failure, require


class Application:
    def __init__(self, world):
        self.world = world
        self.party = world.party("confidential")

    def claims(self, **changes):
        claims = {
            "sub": self.world.user["username"], "iat": int(time.time()), "jti": secrets.token_hex(16),
            "iss": "Portal", "azp": self.party.client_id,
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def key(self, secret=None):
        return hashlib.sha256((secret or self.party.secret).encode()).digest()

    def token(self, key=None, header=None, **changes):
        return jose.hs256(header or {"typ": "JWT", "alg": "HS256"}, self.claims(**changes), key or self.key())

    def not_admitted(self, what, token):
        request = self.party.request(account_token=token)
        try:
            not_begun(self.world.browser().open(self.party.url(request)), self.party, request)
        except Failure as failure:
            raise Failure(f"{what}: {failure}") from failure


@attack
def account_token_forgeries(world):
    """An account_token without signature, with another algorithm or key, of another client, old, or incomplete.

    CSC v1 §8.4, v2 §8.2.1 (Restricted access to authorization services); RFC 8725 §2.1, §3.1 and §3.2.
    """
    application = Application(world)
    party, now = application.party, int(time.time())
    request = party.request(account_token=application.token())
    granted(party.exchange(party.code(request), request))

    for algorithm in ("none", "None", ""):
        unsigned = application.token(header={"typ": "JWT", "alg": algorithm}).rsplit(".", 1)[0] + "."
        application.not_admitted(f"alg {algorithm!r} without signature", unsigned)
        application.not_admitted(f"alg {algorithm!r}", application.token(header={"typ": "JWT", "alg": algorithm}))
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    application.not_admitted("RS256", jose.signed({"typ": "JWT", "alg": "RS256"}, application.claims(), rsa_key))
    for algorithm in ("HS512", "RS256", "hs256"):
        application.not_admitted(f"alg {algorithm}", application.token(header={"typ": "JWT", "alg": algorithm}))
    application.not_admitted("no alg", application.token(header={"typ": "JWT"}))
    application.not_admitted("crit", application.token(header={"typ": "JWT", "alg": "HS256", "crit": ["iat"]}))
    keys = {
        "the secret itself": party.secret.encode(),
        "the hexadecimal digest": application.key().hex().encode(),
        "another client's secret": application.key(world.party("rival").secret),
        "a random key": secrets.token_bytes(32),
    }
    for what, key in keys.items():
        application.not_admitted(what, application.token(key=key))
    claims = {
        "another azp": {"azp": world.party("rival").client_id},
        "azp of another client of the partner": {"azp": world.party("public").client_id},
        "an hour old": {"iat": now - 3600},
        "an hour ahead": {"iat": now + 3600},
        "iat as text": {"iat": str(now)},
        "no sub": {"sub": None},
        "empty sub": {"sub": ""},
        "sub as number": {"sub": 1},
        "no iat": {"iat": None},
        "no jti": {"jti": None},
        "empty jti": {"jti": ""},
        "no azp": {"azp": None},
        "an unknown account": {"sub": "nobody"},
    }
    for what, changes in claims.items():
        application.not_admitted(what, application.token(**changes))
    good = application.token()
    header, body, signature = good.split(".")
    flipped = signature[:-2] + ("A" if signature[-2] != "A" else "B") + signature[-1]
    for what, token in (
        ("another signature", f"{header}.{body}.{flipped}"),
        ("no signature", f"{header}.{body}."),
        ("two parts", f"{header}.{body}"),
        ("four parts", f"{good}.x"),
        ("no token", "x"),
        ("padding", f"{header}=.{body}.{signature}"),
    ):
        application.not_admitted(what, token)
    request = party.request(account_token=good)
    granted(party.exchange(party.code(request), request))


@attack
def account_token_replay(world):
    """An account_token is used a second time.

    CSC v1 §8.4 (jti is there to detect replays).
    """
    application = Application(world)
    token = application.token()
    request = application.party.request(account_token=token)
    granted(application.party.exchange(application.party.code(request), request))
    application.not_admitted("the second use", token)


@attack
def account_token_for_another_person(world):
    """The account_token names Alice, but Bob logs in.

    CSC v1 §8.4 (admits the account that it names).
    """
    application = Application(world)
    party = application.party
    request = party.request(account_token=application.token())
    landing = walk(world.browser(), party.url(request), world.user)
    granted(party.exchange(landing.code(request.state), request))
    request = party.request(account_token=application.token())
    result = log_in(world.browser().open(party.url(request)), world.sandbox.user("bob"))
    if isinstance(result, Landing):
        not_begun(result, party, request)
    else:
        require(400 <= result.status < 500 and not result.asks_for_consent, f"Bob was admitted: {result.status}")
    # Bob with his own.
    bob = world.sandbox.user("bob")
    request = party.request(account_token=application.token(sub=bob["username"]))
    consent_page(world.browser(), party.url(request), bob)
