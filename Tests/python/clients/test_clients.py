"""Replays what known CSC clients send to a sandbox, and decodes the answers as strictly as they do.

    python -m pytest Tests/python/clients [-k NAME] [--sandbox .sandbox/sandbox.json]

One file for each client tells what it sends and what breaks it. Every signature is verified with its certificate chain.
"""

import time
from contextlib import contextmanager

import pytest

from clients import (
    csc22, documenso, eudi_kotlin, eudi_relying_party, eudi_swift, eudi_swift22, go_csc, laverca, sealing, setasign, siros, vck)
from harness import verify
from harness.browser import Browser
from harness.encodings import base64std
from harness.failure import require
from harness.one_time_codes import OneTimeCodes
from harness.portal import Portal

CLIENTS = [
    eudi_kotlin, eudi_swift, laverca, siros, vck, documenso, setasign, csc22, eudi_relying_party, eudi_swift22, go_csc, sealing]


class Run(Portal):
    """What a client's scenarios need: the sandbox, the wire, and a person with a browser."""

    def __init__(self, sandbox):
        super().__init__(sandbox, sandbox.tls)
        self.codes = OneTimeCodes()
        self.documents = 0

    def browser(self):
        """A fresh one, as nobody's cookies are known at the beginning."""
        return Browser(self.wire, {self.sandbox.origin()})

    def document(self):
        """A document that no one has signed before."""
        self.documents += 1
        return f"document {self.documents} of {time.time_ns()}".encode()

    def digest_with_plus_and_slash(self, hash_algorithm=verify.SHA256):
        """So that standard base64 and base64url differ, and a plus sign is put to the test."""
        while True:
            octets = verify.digest(self.document(), hash_algorithm)
            if {"+", "/"} <= set(base64std(octets)):
                return octets

    @contextmanager
    def step(self, text):
        """The last one that is printed is the one that failed."""
        print(text)
        yield


@pytest.fixture(scope="module")
def run(sandbox):
    return Run(sandbox)


@pytest.mark.parametrize(
    ("client", "scenario"), [(client, scenario) for client in CLIENTS for scenario in client.SCENARIOS],
    ids=lambda part: part.__name__.removeprefix("clients."))
def test_client(run, client, scenario):
    before = run.verifier.count
    scenario(run)
    signs = scenario not in getattr(client, "WITHOUT_SIGNATURES", ())
    require(run.verifier.count > before or not signs, "no signature was verified")
