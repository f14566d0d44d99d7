"""The list of attacks on ID tokens and access tokens, against a provider that makes any of them.

Every refused token must get the right error, stand in the audit log with the right reason, and spend nothing: the honest
token for the same challenge is good afterwards.
"""

import json
import time

import pytest

from eid.forge import PARTNER_CLIENT, RIVAL_CLIENT, SUBJECT, Forge
from eid.stand import Stand, nonce_for
from harness import jose
from harness.encodings import base64url
from harness.failure import require
from harness.gateway import Served
from harness.portal import digest

ONE, TWO = "p256-eid-forge", "p256-eid-scal2-forge"


def wrong_claims(forge):
    """Reason in the audit log, and the claims that are changed."""
    now = int(time.time())
    return [
        ("iss", {"iss": "https://evil.example"}), ("iss", {"iss": forge.issuer + "/"}), ("iss", {"iss": None}),
        ("aud", {"aud": "others"}), ("aud", {"aud": []}), ("aud", {"aud": None}), ("aud", {"aud": {"a": 1}}),
        ("aud", {"aud": RIVAL_CLIENT}), ("azp", {"azp": "others"}), ("azp", {"azp": RIVAL_CLIENT}),
        ("azp", {"aud": [PARTNER_CLIENT, "others"]}),
        ("azp", {"aud": [PARTNER_CLIENT, "others"], "azp": "others"}),
        ("challenge", {"nonce": "made-up"}), ("nonce", {"nonce": None}), ("nonce", {"nonce": ""}),
        ("nonce", {"nonce": 1}),
        ("subject", {"sub": "somebody-else"}), ("subject", {"sub": SUBJECT + " "}), ("sub", {"sub": None}),
        ("sub", {"sub": ""}), ("sub", {"sub": [SUBJECT]}),
        ("exp", {"exp": now - 60}), ("exp", {"exp": None}), ("exp", {"exp": str(now + 60)}),
        ("iat", {"iat": now + 90}), ("iat", {"iat": None}), ("nbf", {"nbf": now + 90}),
        ("age", {"auth_time": now - 400}), ("auth_time", {"auth_time": 0}), ("auth_time", {"auth_time": None}),
        ("auth_time", {"auth_time": now + 90}), ("auth_time", {"auth_time": "now"}),
        ("level", {"acr": "low"}), ("acr", {"acr": "very high"}), ("acr", {"acr": None}), ("acr", {"acr": ["high"]}),
    ]


def wrong_tokens(forge, claims):
    """Reason, and the token."""
    good = forge.token(claims)
    head, body, signature = good.split(".")
    evil = jose.unsigned({}, claims | {"sub": "somebody-else"}).split(".")[1]
    secret = json.dumps(forge.key.jwk).encode()
    doubled = body_with(claims, '"sub":"somebody-else",')
    return [
        ("alg", jose.unsigned({"alg": "none"}, claims) + "."),
        ("alg", jose.unsigned({"alg": "None", "kid": "k1"}, claims) + "." + signature),
        ("alg", jose.hs256({"alg": "HS256", "kid": "k1"}, claims, forge.key.pem)), ("alg", jose.hs256({"alg": "HS256", "kid": "k1"}, claims, secret)),
        ("alg", jose.hs256({"alg": "HS256", "kid": "k2"}, claims, forge.rsa.pem)),
        ("kid", forge.token(claims, kid="k9")), ("kid", forge.token(claims, kid="k2")),
        ("kid", forge.token(claims, forge.rsa, kid="k1")), ("alg", forge.token(claims, alg="ES384")),
        ("kid", forge.token(claims, alg="RS256")), ("signature", forge.token(claims, forge.stranger)),
        ("crit", forge.token(claims, crit=["b64"], b64=False)), ("typ", forge.token(claims, typ="logout+jwt")),
        ("signature", f"{head}.{evil}.{signature}"), ("signature", f"{head}.{body}."),
        ("signature", f"{head}.{body}.{signature[:-4]}"), ("form", f"{head}.{doubled}.{signature}"),
        # A key that the token brings along is nobody's.
        ("signature", forge.token(claims, forge.stranger, jwk=forge.stranger.jwk, jku=forge.issuer + "/jwks")),
        ("size", good + "a" * 20_000),
    ]


def body_with(claims, members):
    text = json.dumps(claims)
    return base64url(("{" + members + text[1:]).encode())


@pytest.fixture(scope="module")
def forge():
    with Forge() as forge:
        yield forge


@pytest.fixture(scope="module")
def gateway(folder, forge):
    with Stand(folder, forge.configuration()) as gateway:
        yield gateway
        gateway.verify_audit()


@pytest.fixture(scope="module")
def attacker(gateway, forge):
    with Served(gateway.state, "second").beside() as second:
        yield Attacker(gateway, forge, second.url)


class Attacker:
    def __init__(self, gateway, forge, second):
        self.gateway = gateway
        self.forge = forge
        self.partner = gateway.partner()
        self.other = self.partner.at(second)

    def refusal(self, label, token, reason, what, digests=(), at=None):
        """Refused with the right error, and with one entry in the audit log that has the reason."""
        before = len(self.gateway.events())
        answer = (at or self.partner).refused(label, token, what, digests)
        events = self.gateway.events()[before:]
        kinds = [event["kind"] for event in events]
        require(kinds == ["authorization.refused"], f"{what}: the audit log has {kinds}")
        require(events[0]["reason"] == reason, f"{what}: refused for {events[0]['reason']}, not {reason}")
        require(events[0]["factor"] == "EID", f"{what}: {events[0]}")
        return answer

    def publish(self, claims, keys):
        """The gateway has read them when this returns."""
        self.forge.keys = keys
        # The gateway reads a set again because of an unknown key at most every 10 seconds.
        time.sleep(10.5)
        self.refusal(ONE, self.forge.token(claims, kid="k9"), "kid", "a key that never was")


def test_claims(attacker, subtests):
    """Each wrong claim for one challenge, which is then good for the right token, once."""
    challenge = attacker.partner.challenge(ONE)
    for reason, changes in wrong_claims(attacker.forge):
        with subtests.test(claims=changes):
            attacker.refusal(ONE, attacker.forge.token(attacker.forge.claims(challenge, **changes)), reason, f"claims {changes}")
    attacker.partner.granted(ONE, attacker.forge.token(attacker.forge.claims(challenge)), [digest()])


def test_tokens(attacker, subtests):
    challenge = attacker.partner.challenge(ONE)
    claims = attacker.forge.claims(challenge)
    for reason, token in wrong_tokens(attacker.forge, claims):
        with subtests.test(token=token[:60]):
            attacker.refusal(ONE, token, reason, f"token {token[:60]}…")
    # Both keys of the provider are good, each by its algorithm.
    attacker.partner.granted(ONE, attacker.forge.token(claims, attacker.forge.rsa), [digest()])


def test_encrypted(attacker):
    answer = attacker.refusal(ONE, "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d", "encrypted", "an encrypted token")
    require("encrypted" in answer.json()["error_description"], f"the error does not say why: {answer}")


def test_replay(attacker):
    """On the same gateway and on another process that shares the database."""
    for first, again in ((attacker.partner, attacker.other), (attacker.other, attacker.partner)):
        challenge = attacker.partner.challenge(ONE)
        token = attacker.forge.token(attacker.forge.claims(challenge))
        first.granted(ONE, token, [digest()])
        for gateway in (first, again):
            attacker.refusal(ONE, token, "challenge", "a token again", at=gateway)
        newer = attacker.forge.token(attacker.forge.claims(challenge))
        attacker.refusal(ONE, newer, "challenge", "a challenge again", at=again)


def test_scal2(attacker):
    """The nonce is for these digests."""
    digests = [digest(), digest()]
    challenge = attacker.partner.challenge(TWO)
    token = attacker.forge.token(attacker.forge.claims(nonce_for(challenge, digests)))
    plain = attacker.forge.token(attacker.forge.claims(challenge))
    attacker.refusal(TWO, plain, "challenge", "the challenge itself as nonce", digests)
    for what, others in (("other digests", [digest(), digest()]), ("another order", digests[::-1]),
                         ("fewer digests", digests[:1]), ("more digests", [*digests, digest()])):
        attacker.refusal(TWO, token, "challenge", what, others)
    attacker.refusal(ONE, token, "challenge", "another credential", digests)
    attacker.refusal(TWO, attacker.forge.access_token(), "nonce", "an access token", digests)
    attacker.partner.granted(TWO, token, digests)
    attacker.refusal(TWO, token, "challenge", "again", digests)
    # A provider that tells the nonce at introspection makes an access token good for SCAL 2.
    challenge = attacker.partner.challenge(TWO)
    attacker.partner.granted(TWO, attacker.forge.access_token(nonce=nonce_for(challenge, digests)), digests)


def test_access_tokens(attacker, subtests):
    now, forge = int(time.time()), attacker.forge
    for reason, changes in [
        ("inactive", {"active": False}), ("client_id", {"client_id": RIVAL_CLIENT}),
        ("client_id", {"client_id": None}), ("iss", {"iss": "https://evil.example"}),
        ("subject", {"sub": "somebody-else"}), ("userinfo sub", {"sub": None}), ("exp", {"exp": now - 60}),
        ("nbf", {"nbf": now + 90}), ("age", {"auth_time": now - 400}), ("auth_time", {"auth_time": 0}),
        ("level", {"acr": "low"}), ("acr", {"acr": None}), ("token_type", {"token_type": "id_token"}),
    ]:
        token = forge.access_token(**changes)
        if reason == "subject":
            forge.user_info[token] = {"sub": "somebody-else"}
        with subtests.test(changes=changes):
            attacker.refusal(ONE, token, reason, f"an access token with {changes}")
    token = forge.access_token()
    forge.user_info[token] = {"sub": "somebody-else"}
    attacker.refusal(ONE, token, "userinfo sub", "an access token whose userinfo is another's")
    attacker.refusal(ONE, "unknown", "inactive", "a made-up access token")
    for text in ("a b c", "a\r\nb", " "):
        attacker.refusal(ONE, text, "form", f"no access token: {text!r}")

    for jti in (None, "one-id"):
        token = forge.access_token(jti=jti)
        attacker.partner.granted(ONE, token, [digest()])
        for gateway in (attacker.partner, attacker.other):
            attacker.refusal(ONE, token, "used", "an access token again", at=gateway)
    attacker.refusal(ONE, forge.access_token(jti="one-id"), "used", "another text of the same access token")


def test_id_token_with_access_token(attacker):
    challenge = attacker.partner.challenge(ONE)
    id_token, access = attacker.forge.token(attacker.forge.claims(challenge)), attacker.forge.access_token()
    attacker.forge.user_info[access] = {"sub": "somebody-else"}
    attacker.refusal(ONE, f"{id_token} {access}", "userinfo sub", "userinfo about somebody else")
    attacker.refusal(ONE, f"{id_token} unknown", "status 401", "an access token that userinfo refuses")
    bound = attacker.forge.token(attacker.forge.claims(challenge, at_hash="AAAAAAAAAAAAAAAAAAAAAA"))
    attacker.refusal(ONE, f"{bound} {access}", "at_hash", "an access token of another log-in")
    attacker.forge.user_info[access] = {"sub": SUBJECT}
    # The provider would read a header line, or a request, that the gateway never meant.
    for more in ("\r\nX-Forwarded-For: 127.0.0.1", "\nX: y", "\rX", "\x7f",
                 "\r\n\r\nGET /userinfo HTTP/1.1\r\nHost: other", "a" * 20_000):
        attacker.refusal(ONE, f"{id_token} {access}{more}", "form", f"an access token with {more[:20]!r}")
    attacker.partner.granted(ONE, f"{id_token} {access}", [digest()])


def test_keys(attacker):
    """A key that the provider took out, and sets in which other keys have the same id."""
    challenge = attacker.partner.challenge(ONE)
    claims = attacker.forge.claims(challenge)
    attacker.publish(claims, [attacker.forge.rsa.jwk])
    attacker.refusal(ONE, attacker.forge.token(claims), "kid", "a key that was removed")
    # Other keys of the same id, a broken one among them, do not make the right one wrong, nor a wrong one right.
    others = [attacker.forge.key.jwk | {"crv": "P-521", "x": 5}, attacker.forge.stranger.jwk]
    attacker.publish(claims, others)
    attacker.refusal(ONE, attacker.forge.token(claims), "signature", "a set in which only other keys have the id")
    attacker.publish(claims, [*others, attacker.forge.key.jwk, attacker.forge.rsa.jwk])
    attacker.partner.granted(ONE, attacker.forge.token(claims), [digest()])
    attacker.publish(claims, [attacker.forge.key.jwk, attacker.forge.rsa.jwk])
