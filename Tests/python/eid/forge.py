"""An OpenID provider that signs whatever the test wants, for what no honest provider can be made to do."""

import base64
import hashlib
import hmac
import http.server
import json
import secrets
import threading
import time
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

SUBJECT = "forge-alice"
PARTNER_CLIENT, RIVAL_CLIENT = "portal-web", "rival-web"


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def number(value, length):
    return base64url(value.to_bytes(length, "big"))


class Key:
    def __init__(self, kid, kind="ec"):
        self.kid = kid
        self.private = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)

    @property
    def jwk(self):
        numbers = self.private.public_key().public_numbers()
        if isinstance(self.private, rsa.RSAPrivateKey):
            return {"kty": "RSA", "kid": self.kid, "alg": "RS256", "use": "sig", "n": number(numbers.n, 256),
                    "e": number(numbers.e, 3)}
        return {"kty": "EC", "crv": "P-256", "kid": self.kid, "alg": "ES256", "use": "sig",
                "x": number(numbers.x, 32), "y": number(numbers.y, 32)}

    @property
    def pem(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, text):
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())
        r, s = utils.decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Forge:
    """Serves on loopback until `close`. `keys`, `introspection` and `user_info` may be changed at any time."""

    def __init__(self):
        self.key, self.rsa, self.stranger = Key("k1"), Key("k2", "rsa"), Key("k1")
        self.keys = [self.key.jwk, self.rsa.jwk]
        self.introspection = {}
        self.user_info = {}
        self.key_readings = 0
        # Seconds that introspection takes.
        self.delay = 0
        forge = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.answer(*forge.get(self.path, self.headers.get("Authorization", "")))

            def do_POST(self):
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(*forge.introspect({k: v[0] for k, v in parse_qs(form).items()}))

            def answer(self, status, value):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

        self.server = Server(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

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
            self.key_readings += 1
            return 200, {"keys": self.keys}
        if path == "/userinfo" and (info := self.user_info.get(authorization.removeprefix("Bearer "))):
            return 200, info
        return 404 if path != "/userinfo" else 401, {"error": "invalid_token"}

    def introspect(self, form):
        time.sleep(self.delay)
        return 200, self.introspection.get(form.get("token"), {"active": False})

    # Tokens

    def claims(self, nonce, /, **changes):
        """The right ones; None leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": SUBJECT, "aud": PARTNER_CLIENT, "iat": now, "exp": now + 120,
            "auth_time": now - 2, "nonce": nonce, "acr": "high", "amr": ["pin"], "jti": secrets.token_urlsafe(8),
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, claims, key=None, **header):
        key = key or self.key
        alg = "RS256" if isinstance(key.private, rsa.RSAPrivateKey) else "ES256"
        text = self.unsigned({"alg": alg, "kid": key.kid} | header, claims)
        return text + "." + base64url(key.sign(text.encode()))

    @staticmethod
    def unsigned(header, claims):
        header = {name: value for name, value in header.items() if value is not None}
        return ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))

    def hmac_token(self, claims, secret, kid):
        text = self.unsigned({"alg": "HS256", "kid": kid}, claims)
        return text + "." + base64url(hmac.new(secret, text.encode(), hashlib.sha256).digest())

    def access_token(self, **changes):
        """An opaque one of the partner's client, introspected as `changes` says."""
        token, now = secrets.token_urlsafe(24), int(time.time())
        about = {
            "active": True, "client_id": PARTNER_CLIENT, "sub": SUBJECT, "iss": self.issuer, "token_type": "Bearer",
            "iat": now, "exp": now + 120, "auth_time": now - 2, "acr": "high",
        } | changes
        self.introspection[token] = {name: value for name, value in about.items() if value is not None}
        self.user_info[token] = {"sub": SUBJECT}
        return token
