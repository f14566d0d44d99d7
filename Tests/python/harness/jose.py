"""JSON Web Tokens and keys as clients and providers make them, the wrong ones too."""

import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from harness.encodings import base64url, from_base64url


def unsigned(header, claims):
    """The signing input (RFC 7515 §5.1); header and claims as values or as the text that a client makes of them."""
    parts = [part if isinstance(part, str) else json.dumps(part, separators=(",", ":")) for part in (header, claims)]
    return ".".join(base64url(part.encode()) for part in parts)


def hs256(header, claims, key):
    text = unsigned(header, claims)
    return f"{text}.{base64url(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


def signed(header, claims, key):
    """ES256 or RS256 by the kind of key; the header says what it is told to say."""
    text = unsigned(header, claims)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    else:
        signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{base64url(signature)}"


def claims(token):
    """Of a token, unverified."""
    return json.loads(from_base64url(token.split(".")[1]))


def public_jwk(key, **members):
    numbers = key.public_key().public_numbers()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        x, y = (base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y, **members}
    n, e = (base64url(number.to_bytes(length, "big")) for number, length in ((numbers.n, 256), (numbers.e, 3)))
    return {"kty": "RSA", "n": n, "e": e, **members}
