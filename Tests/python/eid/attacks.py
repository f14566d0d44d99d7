"""The list of attacks on ID tokens and access tokens, against a provider that makes any of them.

Every refused token must get the right error, stand in the audit log with the right reason, and spend nothing: the honest
token for the same challenge is good afterwards.
"""

import json
import time

from forge import PARTNER_CLIENT, RIVAL_CLIENT, SUBJECT, base64url
from stand import digest, nonce_for, require

ONE, TWO, OAUTH = "p256-eid-forge", "p256-eid-scal2-forge", "p256-oauth-eid-forge"


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
    evil = forge.unsigned({}, claims | {"sub": "somebody-else"}).split(".")[1]
    secret = json.dumps(forge.key.jwk).encode()
    doubled = body_with(claims, '"sub":"somebody-else",')
    return [
        ("alg", forge.unsigned({"alg": "none"}, claims) + "."),
        ("alg", forge.unsigned({"alg": "None", "kid": "k1"}, claims) + "." + signature),
        ("alg", forge.hmac_token(claims, forge.key.pem, "k1")), ("alg", forge.hmac_token(claims, secret, "k1")),
        ("alg", forge.hmac_token(claims, forge.rsa.pem, "k2")),
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


class List:
    """Counts what was refused."""

    def __init__(self, stand, forge, second):
        self.stand = stand
        self.forge = forge
        self.partner = stand.partner()
        self.second = second
        self.refused = 0

    def refusal(self, label, token, reason, what, digests=(), at=None, error="invalid_authentication_data"):
        before = len(self.stand.audit())
        answer = (at or self.partner).authorize(label, token, digests)
        require(answer.status == 400 and answer.error == error, f"{what}: {answer}")
        events = self.stand.audit()[before:]
        kinds = [event["kind"] for event in events]
        require(kinds == ["authorization.refused"], f"{what}: the audit log has {kinds}")
        require(events[0]["reason"] == reason, f"{what}: refused for {events[0]['reason']}, not {reason}")
        require(events[0]["factor"] == "EID", f"{what}: {events[0]}")
        self.refused += 1
        return answer

    # ID tokens

    def claims(self):
        """Each wrong claim for one challenge, which is then good for the right token, once."""
        challenge = self.partner.challenge(ONE)
        for reason, changes in wrong_claims(self.forge):
            self.refusal(ONE, self.forge.token(self.forge.claims(challenge, **changes)), reason, f"claims {changes}")
        self.partner.granted(ONE, self.forge.token(self.forge.claims(challenge)), [digest()])

    def tokens(self):
        challenge = self.partner.challenge(ONE)
        claims = self.forge.claims(challenge)
        for reason, token in wrong_tokens(self.forge, claims):
            self.refusal(ONE, token, reason, f"token {token[:60]}…")
        # Both keys of the provider are good, each by its algorithm.
        self.partner.granted(ONE, self.forge.token(claims, self.forge.rsa), [digest()])

    def encrypted(self):
        answer = self.refusal(ONE, "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d", "encrypted", "an encrypted token")
        require("encrypted" in answer.json["error_description"], f"the error does not say why: {answer}")

    def keys(self):
        """A key that the provider took out, and sets in which other keys have the same id."""
        challenge = self.partner.challenge(ONE)
        claims = self.forge.claims(challenge)
        self.forge.keys = [self.forge.rsa.jwk]
        self.wait_for_reading()
        # An unknown key id makes the gateway read the set again.
        self.refusal(ONE, self.forge.token(claims, kid="k9"), "kid", "a key that never was")
        self.refusal(ONE, self.forge.token(claims), "kid", "a key that was removed")
        # Other keys of the same id, a broken one among them, do not make the right one wrong, nor a wrong one right.
        others = [self.forge.key.jwk | {"crv": "P-521", "x": 5}, self.forge.stranger.jwk]
        self.publish(claims, others)
        self.refusal(ONE, self.forge.token(claims), "signature", "a set in which only other keys have the id")
        self.publish(claims, [*others, self.forge.key.jwk, self.forge.rsa.jwk])
        self.partner.granted(ONE, self.forge.token(claims), [digest()])
        self.publish(claims, [self.forge.key.jwk, self.forge.rsa.jwk])

    def publish(self, claims, keys):
        """The gateway has read them when this returns."""
        self.forge.keys = keys
        self.wait_for_reading()
        self.refusal(ONE, self.forge.token(claims, kid="k9"), "kid", "a key that never was")

    @staticmethod
    def wait_for_reading():
        # The gateway reads a set again because of an unknown key at most every 10 seconds.
        time.sleep(10.5)

    def replay(self):
        """On the same gateway and on another process that shares the database."""
        other = self.partner.at(self.second)
        for first, again in ((self.partner, other), (other, self.partner)):
            challenge = self.partner.challenge(ONE)
            token = self.forge.token(self.forge.claims(challenge))
            first.granted(ONE, token, [digest()])
            for gateway in (first, again):
                self.refusal(ONE, token, "challenge", "a token again", at=gateway)
            newer = self.forge.token(self.forge.claims(challenge))
            self.refusal(ONE, newer, "challenge", "a challenge again", at=again)

    def scal2(self):
        """The nonce is for these digests."""
        digests = [digest(), digest()]
        challenge = self.partner.challenge(TWO)
        token = self.forge.token(self.forge.claims(nonce_for(challenge, digests)))
        plain = self.forge.token(self.forge.claims(challenge))
        self.refusal(TWO, plain, "challenge", "the challenge itself as nonce", digests)
        for what, others in (("other digests", [digest(), digest()]), ("another order", digests[::-1]),
                             ("fewer digests", digests[:1]), ("more digests", [*digests, digest()])):
            self.refusal(TWO, token, "challenge", what, others)
        self.refusal(ONE, token, "challenge", "another credential", digests)
        self.refusal(TWO, self.forge.access_token(), "nonce", "an access token", digests)
        self.partner.granted(TWO, token, digests)
        self.refusal(TWO, token, "challenge", "again", digests)
        # A provider that tells the nonce at introspection makes an access token good for SCAL 2.
        challenge = self.partner.challenge(TWO)
        self.partner.granted(TWO, self.forge.access_token(nonce=nonce_for(challenge, digests)), digests)

    # Access tokens

    def access_tokens(self):
        now, forge = int(time.time()), self.forge
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
            self.refusal(ONE, token, reason, f"an access token with {changes}")
        token = forge.access_token()
        forge.user_info[token] = {"sub": "somebody-else"}
        self.refusal(ONE, token, "userinfo sub", "an access token whose userinfo is another's")
        self.refusal(ONE, "unknown", "inactive", "a made-up access token")
        for text in ("a b c", "a\r\nb", " "):
            self.refusal(ONE, text, "form", f"no access token: {text!r}")

        other = self.partner.at(self.second)
        for jti in (None, "one-id"):
            token = forge.access_token(jti=jti)
            self.partner.granted(ONE, token, [digest()])
            for gateway in (self.partner, other):
                self.refusal(ONE, token, "used", "an access token again", at=gateway)
        self.refusal(ONE, forge.access_token(jti="one-id"), "used", "another text of the same access token")

    def id_token_with_access_token(self):
        challenge = self.partner.challenge(ONE)
        id_token, access = self.forge.token(self.forge.claims(challenge)), self.forge.access_token()
        self.forge.user_info[access] = {"sub": "somebody-else"}
        self.refusal(ONE, f"{id_token} {access}", "userinfo sub", "userinfo about somebody else")
        self.refusal(ONE, f"{id_token} unknown", "status 401", "an access token that userinfo refuses")
        bound = self.forge.token(self.forge.claims(challenge, at_hash="AAAAAAAAAAAAAAAAAAAAAA"))
        self.refusal(ONE, f"{bound} {access}", "at_hash", "an access token of another log-in")
        self.forge.user_info[access] = {"sub": SUBJECT}
        # The provider would read a header line, or a request, that the gateway never meant.
        for more in ("\r\nX-Forwarded-For: 127.0.0.1", "\nX: y", "\rX", "\x7f",
                     "\r\n\r\nGET /userinfo HTTP/1.1\r\nHost: other", "a" * 20_000):
            self.refusal(ONE, f"{id_token} {access}{more}", "form", f"an access token with {more[:20]!r}")
        self.partner.granted(ONE, f"{id_token} {access}", [digest()])

    def run(self):
        for part in (
            self.claims, self.tokens, self.encrypted, self.replay, self.scal2, self.access_tokens,
            self.id_token_with_access_token, self.keys,
        ):
            before = self.refused
            part()
            print(f"  {part.__name__}: {self.refused - before} refused", flush=True)
        return self.refused
