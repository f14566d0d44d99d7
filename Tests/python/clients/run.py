"""Replays what known CSC clients send to a running sandbox, and decodes the answers as strictly as they do.

    python3 -m venv .venv && .venv/bin/pip install -r Tests/python/documents/requirements.txt -r Tests/python/clients/requirements.txt
    .venv/bin/python Tests/python/clients/run.py .sandbox/sandbox.json [names]

One file for each client tells what it sends and what breaks it. Every signature is verified with its certificate chain.
Prints one line per step and a count at the end. Exits 0 when every step went as its client needs it; else 1.
"""

import argparse
import json
import sys
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))

import csc22
import documenso
import eudi_kotlin
import eudi_swift
import laverca
import setasign
import siros
import vck
from browser import Browser
from pkce import OneTimeCodes
from sandbox import Sandbox
from verify import Verifier
from wire import Failure, Wire

CLIENTS = [eudi_kotlin, eudi_swift, laverca, siros, vck, documenso, setasign, csc22]


class Run:
    """What a client's scenarios need: the sandbox, the wire, a person with a browser, and a place to report to."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.wire = Wire(sandbox.trust_anchor)
        self.verifier = Verifier(sandbox.signing_root)
        self.codes = OneTimeCodes(time.time, time.sleep)
        self.name = ""
        self.steps = 0
        self.failures = 0
        self.documents = 0

    def browser(self):
        """A fresh one, as nobody's cookies are known at the beginning."""
        return Browser(self.wire, {self.sandbox.origin()})

    def certificate(self, label):
        """The credential's certificate with its whole chain verified, for clients that ask for the first one only."""
        headers = [("Content-Type", "application/json")]
        headers.append(("Authorization", f"Bearer {self.sandbox.user()['serviceToken']}"))
        body = json.dumps({"credentialID": self.sandbox.credential_id(label), "certificates": "chain"}).encode()
        answer = self.wire.send("POST", f"{self.sandbox.tls}/csc/v1/credentials/info", headers, body)
        return self.verifier.chain(answer.json()["cert"]["certificates"])

    def document(self):
        """A document that no one has signed before."""
        self.documents += 1
        return f"document {self.documents} of {time.time_ns()}".encode()

    @contextmanager
    def step(self, text):
        self.steps += 1
        try:
            yield
        except Exception as error:
            print(f"FAIL  {self.name:12} {text}: {describe(error)}", flush=True)
            raise Reported from error
        print(f"ok    {self.name:12} {text}", flush=True)

    def play(self, client):
        self.name = client.NAME
        for scenario in client.SCENARIOS:
            try:
                scenario(self)
            except Reported:
                self.failures += 1
            except Exception as error:
                print(f"FAIL  {self.name:12} {scenario.__name__}: {describe(error)}", flush=True)
                self.failures += 1


class Reported(Exception):
    """A step's failure that was printed."""


def describe(error):
    if isinstance(error, Failure):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{error!r} at {place.filename.rsplit('/', 1)[-1]}:{place.lineno}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("sandbox", help="sandbox.json of a running sandbox")
    arguments.add_argument("names", nargs="*", help=f"of {', '.join(c.NAME for c in CLIENTS)}; all if none is named")
    arguments = arguments.parse_args()
    unknown = set(arguments.names) - {client.NAME for client in CLIENTS}
    if unknown:
        sys.exit(f"unknown clients: {', '.join(sorted(unknown))}")
    run = Run(Sandbox(arguments.sandbox))
    chosen = [client for client in CLIENTS if not arguments.names or client.NAME in arguments.names]
    for client in chosen:
        run.play(client)
    print(f"{len(chosen)} clients, {run.wire.calls} calls, {run.verifier.count} signatures verified")
    if run.failures:
        sys.exit(f"{run.failures} scenarios failed")


if __name__ == "__main__":
    main()
