"""Proof key for code exchange (RFC 7636), and the state of a request."""

import hashlib
import secrets

from harness.encodings import base64url


def verifier():
    """43 unreserved characters (§4.1)."""
    return base64url(secrets.token_bytes(32))


def challenge(code_verifier):
    """Method S256 (§4.2)."""
    return base64url(hashlib.sha256(code_verifier.encode("ascii")).digest())


def state():
    return base64url(secrets.token_bytes(24))
