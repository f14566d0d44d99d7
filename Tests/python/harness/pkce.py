"""Small things that every OAuth client makes for itself."""

import base64
import hashlib
import hmac
import json
import secrets


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def base64std(octets):
    return base64.b64encode(octets).decode()


def verifier():
    """43 unreserved characters (RFC 7636 §4.1)."""
    return base64url(secrets.token_bytes(32))


def challenge(code_verifier):
    """Method S256 (RFC 7636 §4.2)."""
    return base64url(hashlib.sha256(code_verifier.encode("ascii")).digest())


def state():
    return base64url(secrets.token_bytes(24))


def basic(username, password):
    """The value of an Authorization header, the parts not form-encoded, as most clients send it."""
    return "Basic " + base64std(f"{username}:{password}".encode())


def hs256(header, claims, key):
    """A JWT in compact form (RFC 7515 §3.1); header and claims as values or as the text a client makes of them."""
    parts = [part if isinstance(part, str) else json.dumps(part, separators=(",", ":")) for part in (header, claims)]
    signed = ".".join(base64url(part.encode()) for part in parts)
    return f"{signed}.{base64url(hmac.new(key, signed.encode(), hashlib.sha256).digest())}"


class OneTimeCodes:
    """RFC 6238 with SHA-1, 30 s, 6 digits.

    A code works once, and a run may follow another at once: only time steps that began after this object was made are
    used, each for one code.
    """

    def __init__(self, clock, sleep):
        self.clock = clock
        self.sleep = sleep
        self.used = int(clock()) // 30

    def next(self, secret_base32):
        step = int(self.clock()) // 30
        if step <= self.used:
            self.sleep((self.used + 1) * 30 - self.clock() + 0.1)
            step = int(self.clock()) // 30
        self.used = step
        return self.code(secret_base32, step)

    @staticmethod
    def code(secret_base32, step):
        key = base64.b32decode(secret_base32 + "=" * (-len(secret_base32) % 8))
        digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
        offset = digest[-1] & 15
        return f"{(int.from_bytes(digest[offset:offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
