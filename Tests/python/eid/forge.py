"""An OpenID provider that signs whatever the test wants, for what no honest provider can be made to do."""

import json
import secrets
import time
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from harness import jose
from harness.servers import Server

SUBJECT = "forge-alice"
PARTNER_CLIENT, RIVAL_CLIENT = "portal-web", "rival-web"


class Key:
    def __init__(self, kid, kind="ec"):
        self.kid = kid
        self.private = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)

    @property
    def jwk(self):
        algorithm = "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"
        return jose.public_jwk(self.private, kid=self.kid, alg=algorithm, use="sig")

    @property
    def pem(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class Forge:
    """Serves on loopback until `close`. `keys`, `introspection` and `user_info` may be changed at any time."""

    def __init__(self):
        self.key, self.rsa, self.stranger = Key("k1"), Key("k2", "rsa"), Key("k1")
        self.keys = [self.key.jwk, self.rsa.jwk]
        self.introspection = {}
        self.user_info = {}
        self.server = Server(self.respond)
        self.issuer = self.server.origin

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()

    def respond(self, method, path, headers, body):
        if method == "POST":
            status, value = self.introspect(dict(parse_qsl(body.decode())))
        else:
            status, value = self.get(path, headers.get("Authorization", ""))
        return status, {"Content-Type": "application/json"}, json.dumps(value).encode()

    def configuration(self):
        return {
            "label": "forge", "people": {"alice": SUBJECT}, "issuer": self.issuer, "clientID": "gateway",
            "allowsPlainHTTP": True, "algorithms": ["ES256", "RS256"],
            "levels": {"low": "low", "substantial": "substantial", "high": "high"},
            "audiences": {"portal": [PARTNER_CLIENT], "rival": [RIVAL_CLIENT]}, "accessTokens": "both",
            "levelSource": "idToken", "maximumAge": 300, "timeout": 5,
        }

    def get(self, path, authorization):
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer, "jwks_uri": self.issuer + "/jwks", "token_endpoint": self.issuer + "/token",
                "introspection_endpoint": self.issuer + "/introspect", "userinfo_endpoint": self.issuer + "/userinfo"}
        if path == "/jwks":
            return 200, {"keys": self.keys}
        if path == "/userinfo" and (info := self.user_info.get(authorization.removeprefix("Bearer "))):
            return 200, info
        return 404 if path != "/userinfo" else 401, {"error": "invalid_token"}

    def introspect(self, form):
        return 200, self.introspection.get(form.get("token"), {"active": False})

    # Tokens

    def claims(self, nonce, /, **changes):
        """The right ones; None leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": SUBJECT, "aud": PARTNER_CLIENT, "iat": now, "exp": now + 120,
            "auth_time": now - 2, "nonce": nonce, "acr": "high", "amr": ["pin"], "jti": secrets.token_urlsafe(8),
        } | changes
        return present(claims)

    def token(self, claims, key=None, **header):
        key = key or self.key
        alg = "RS256" if isinstance(key.private, rsa.RSAPrivateKey) else "ES256"
        return jose.signed(present({"alg": alg, "kid": key.kid} | header), claims, key.private)

    def access_token(self, **changes):
        """An opaque one of the partner's client, introspected as `changes` says."""
        token, now = secrets.token_urlsafe(24), int(time.time())
        about = {
            "active": True, "client_id": PARTNER_CLIENT, "sub": SUBJECT, "iss": self.issuer, "token_type": "Bearer",
            "iat": now, "exp": now + 120, "auth_time": now - 2, "acr": "high",
        } | changes
        self.introspection[token] = present(about)
        self.user_info[token] = {"sub": SUBJECT}
        return token


def present(members):
    """Without those that are None."""
    return {name: value for name, value in members.items() if value is not None}
