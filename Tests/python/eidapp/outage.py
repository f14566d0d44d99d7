#!/usr/bin/env python3
"""96 authorizations in people's apps while the providers are killed in the middle and started again.

    outage.py PROGRAM

Every flow must end in a SAD that signs, or in an error that says what happened, and the audit log must tell which. The
questions that nobody was asked must not count: the flows that come later go through. Exits 0 if so.
"""

import base64
import collections
import hashlib
import json
import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gateway import Partner, Service, code_of, require, send, temporary_folder, wait_for
from simulator import DENIED, FORM, free_ports, row
from urllib.parse import urlencode

LABELS = ["one", "two", "three", "four"]
# A person may be asked 30 times an hour, and five questions of a credential may wait: one place is for the tries
# meanwhile.
FLOWS_EACH, WAITING_EACH = 24, 4
# After so many ended flows the providers are killed, and come back after so many seconds: with other keys, which the
# gateway reads at once unless it did so in the last 10 seconds.
KILL_AFTER, GONE_SECONDS = 30, 10.0
# More than a person may be asked in an hour, also with those that fail.
TRIES_MEANWHILE = 70
# Seconds, at most, that a person reads; in which a flow goes on trying.
READING_SECONDS, PATIENCE = 1.5, 40
UNAVAILABLE = (503, "temporarily_unavailable")


class Provider:
    """The simulator in a process of its own; what was asked before it ended, it does not know any more."""

    def __init__(self, program, folder, label):
        self.program, self.folder, self.label = program, folder, label
        (self.port,) = free_ports(1)
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.secret = folder / f"{label}.secret"
        self.secret.write_text(f"secret-of-{label}\n")
        self.people = folder / f"{label}.people"
        self.people.write_text(json.dumps([{"subject": f"alice-at-{label}", "name": "Alice", "pin": "1234"}]))
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [
                self.program, "eid-simulator", "--port", str(self.port), "--client-id", "gateway",
                "--people", self.people, "--client-secret-file", self.secret, "--interval", "1",
            ], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._is_ready)

    def _is_ready(self):
        try:
            return send("GET", self.issuer + "/jwks")[0] == 200
        except OSError:
            return False

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
            self.process.stdin.close()
            self.process = None

    def file(self):
        """What the sandbox is told of it. The pause of the circuit breaker is short, so that the test is."""
        path = self.folder / f"{self.label}.json"
        path.write_text(json.dumps({
            "label": self.label, "people": {"alice": f"alice-at-{self.label}"}, "issuer": self.issuer,
            "clientID": "gateway", "allowsPlainHTTP": True, "levels": {"http://eidas.europa.eu/LoA/high": "high"},
            "clientAuthentication": {"method": "client_secret_basic", "secretFile": str(self.secret)},
            "ciba": {}, "calls": {"pause": 1},
        }))
        return path

    def approve(self, digests):
        """What the person does; false if the app shows no such question."""
        try:
            for request in json.loads(send("GET", self.issuer + "/control/requests")[2]):
                if request["bindingMessage"].endswith(code_of(digests)):
                    form = urlencode({"number": request["number"], "decision": "approve"}).encode()
                    return send("POST", self.issuer + "/control/requests", form, FORM)[0] == 204
        except OSError:
            pass
        return False


class Flows:
    def __init__(self, service, providers):
        self.service, self.providers = service, providers
        self.lock = threading.Lock()
        self.ended = 0
        self.handles = 0
        self.starts, self.outcomes = collections.Counter(), collections.Counter()
        self.sads = []
        self.places = {label: threading.Semaphore(WAITING_EACH) for label in LABELS}
        self.meanwhile = collections.Counter()

    def run(self):
        killer = threading.Thread(target=self.kill_and_start)
        killer.start()
        with ThreadPoolExecutor(len(LABELS) * WAITING_EACH) as pool:
            flows = [pool.submit(self.flow, LABELS[n % len(LABELS)]) for n in range(FLOWS_EACH * len(LABELS))]
        killer.join()
        for flow in flows:
            flow.result()

    def kill_and_start(self):
        while self.ended < KILL_AFTER:
            time.sleep(0.01)
        for provider in self.providers.values():
            provider.stop()
        end = time.monotonic() + GONE_SECONDS
        # Somebody who does not give up.
        partner = Partner(self.service)
        for _ in range(TRIES_MEANWHILE):
            self.meanwhile[row(partner.begin(f"p256-eidapp-{LABELS[0]}", [os.urandom(32)]))[:2]] += 1
        time.sleep(max(end - time.monotonic(), 0))
        for provider in self.providers.values():
            provider.start()

    def flow(self, label):
        with self.places[label]:
            outcome, sad = self.walk(label)
        with self.lock:
            self.ended += 1
            self.outcomes[outcome] += 1
            if sad:
                self.sads.append(sad)

    def walk(self, label):
        partner, name, digests = Partner(self.service), f"p256-eidapp-{label}", [os.urandom(32)]
        end = time.monotonic() + PATIENCE
        while True:
            status, answer = partner.begin(name, digests)
            with self.lock:
                self.starts[status] += 1
            if status != 503 or time.monotonic() > end:
                break
            time.sleep(0.5)
        if status != 202:
            return row((status, answer)), None
        with self.lock:
            self.handles += 1
        reading = time.monotonic() + random.uniform(0, READING_SECONDS)
        is_approved = False
        while time.monotonic() < end:
            if not is_approved and time.monotonic() > reading:
                is_approved = self.providers[label].approve(digests)
            status, body = partner.check(answer["handle"])
            if status not in (202, 503):
                break
            time.sleep(0.3)
        if status == 200:
            require(partner.sign(name, body["SAD"], digests)[0] == 200, "the SAD signs")
            return status, body["SAD"]
        return row((status, body))[:2], None


def check(flows, service, seconds):
    require(sum(flows.outcomes.values()) == FLOWS_EACH * len(LABELS), flows.outcomes)
    require(set(flows.outcomes) <= {200, DENIED}, f"an error that is not clear: {flows.outcomes}")
    require(set(flows.meanwhile) == {UNAVAILABLE}, f"while the provider was gone: {flows.meanwhile}")
    require(set(flows.starts) <= {202, 503}, f"starts: {flows.starts}")
    # What had been asked is forgotten by the provider, so the kill was noticed; the rest went through, also where
    # somebody had tried more often than a person may be asked.
    require(flows.outcomes[DENIED] > 0 and flows.outcomes[200] >= FLOWS_EACH * len(LABELS) // 2, flows.outcomes)
    events = service.audit()

    def pending(kind):
        return [event["pending"] for event in events if event["kind"] == "authorization." + kind]

    asked, granted, denied = pending("pending"), pending("granted"), pending("denied")
    require(len(asked) == flows.handles, f"{flows.handles} handles, {len(asked)} entries")
    require(sorted(granted + denied) == sorted(asked), "a question without its end in the log, or with two")
    require(len(denied) == flows.outcomes[DENIED], f"{len(denied)} entries, {flows.outcomes}")
    reasons = {event["reason"] for event in events if event["kind"] == "authorization.denied"}
    require(reasons <= {"invalid_grant", "unverified"}, reasons)
    given = {hashlib.sha256(base64.urlsafe_b64decode(sad)).hexdigest() for sad in flows.sads}
    entries = {event["activation"] for event in events if event["kind"] == "authorization.granted"}
    require(entries == given and len(given) == len(flows.sads), "a SAD without its entry, or an entry without its SAD")
    # One a minute, and one for each question whose answer was lost: those that were under way at the kill, and the
    # first try on each kept connection.
    outages = [event for event in events if event["kind"] == "authorization.unavailable"]
    counted = sum(1 + event.get("unlogged", 0) for event in outages)
    most = flows.starts[503] + TRIES_MEANWHILE
    lost = len(LABELS) * 2 * WAITING_EACH
    require(1 <= len(outages) <= len(LABELS) * (1 + seconds // 60) + lost and counted <= most, f"{outages} of {most}")


def main():
    begin = time.monotonic()
    with temporary_folder() as name:
        folder = Path(name)
        providers = {label: Provider(sys.argv[1], folder, label) for label in LABELS}
        arguments = [part for provider in providers.values() for part in ("--eid-provider", provider.file())]
        service = Service(sys.argv[1], folder / "state", free_ports(2), arguments)
        try:
            service.start()
            for provider in providers.values():
                provider.start()
            flows = Flows(service, providers)
            flows.run()
            check(flows, service, time.monotonic() - begin)
        finally:
            service.stop()
            for provider in providers.values():
                provider.stop()
    print(f"{dict(flows.outcomes)}; starts {dict(flows.starts)}; {time.monotonic() - begin:.0f} s")
    print("Every flow ended in a SAD or a clear error, and the audit log tells which.")


if __name__ == "__main__":
    main()
