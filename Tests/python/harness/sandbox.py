"""What sandbox.json tells about the service under test."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from harness import exchanges
from harness.failure import Failure


class Sandbox:
    def __init__(self, file):
        self.file = Path(file)
        self.facts = json.loads(self.file.read_text())
        exchanges.gateway(self.plain, self.tls)

    @property
    def tls(self):
        """Base URL over TLS, without a slash at the end; also the issuer."""
        return self.facts["tlsBaseURL"]

    @property
    def plain(self):
        return self.facts["baseURL"]

    @property
    def trust_anchor(self):
        return self.facts["tlsTrustAnchor"]

    @property
    def signing_root(self):
        return Path(self.facts["signingRoot"])

    def user(self, name="alice"):
        return self._one("users", "username", name)

    def credential(self, label):
        return self._one("credentials", "label", label)

    def credential_id(self, label):
        return self.credential(label)["credentialID"]

    def client(self, label):
        return self._one("clients", "label", label)

    def fact(self, name):
        if name not in self.facts:
            raise Failure(f"sandbox.json has no {name}")
        return self.facts[name]

    def origin(self):
        parts = urlsplit(self.tls)
        return f"{parts.scheme}://{parts.netloc}"

    def _one(self, list_name, key, value):
        entry = next((e for e in self.facts.get(list_name, []) if e[key] == value), None)
        if entry is None:
            raise Failure(f"sandbox.json has no {list_name} entry with {key} {value}")
        return entry
