"""Spellings of octets."""

import base64


def base64std(octets):
    return base64.b64encode(octets).decode()


def base64url(octets):
    """Without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def basic(username, password):
    """The value of an Authorization header, the parts not form-encoded, as most clients send it."""
    return "Basic " + base64std(f"{username}:{password}".encode())
