"""96 authorizations in people's apps while the providers are killed in the middle and started again.

Every flow must end in a SAD that signs, or in an error that says what happened, and the audit log must tell which. The
questions that nobody was asked must not count: the flows that come later go through.
"""

import collections
import hashlib
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from eidapp.service import DENIED, Service, Simulator, code_of, row
from harness.encodings import from_base64url
from harness.failure import Failure, require
from harness.portal import digest
from harness.processes import free_ports
from harness.wire import Wire

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


class Provider(Simulator):
    def __init__(self, folder, label):
        [port] = free_ports(1)
        self.folder, self.label = folder, label
        self.secret = folder / f"{label}.secret"
        self.secret.write_text(f"secret-of-{label}\n")
        people = folder / f"{label}.people"
        people.write_text(json.dumps([{"subject": f"alice-at-{label}", "name": "Alice", "pin": "1234"}]))
        super().__init__(f"http://127.0.0.1:{port}", "gateway", people, self.secret, wire=Wire(None), interval=1)

    def file(self):
        """What the sandbox is told of it. The pause of the circuit breaker is short, so that the test is."""
        path = self.folder / f"{self.label}.json"
        path.write_text(json.dumps({
            "label": self.label, "people": {"alice": f"alice-at-{self.label}"}, "issuer": self.issuer,
            "clientID": "gateway", "allowsPlainHTTP": True, "levels": {"http://eidas.europa.eu/LoA/high": "high"},
            "clientAuthentication": {"method": "client_secret_basic", "secretFile": str(self.secret)},
            "backchannel": {}, "calls": {"pause": 1},
        }))
        return path

    def approve(self, digests):
        """What the person does; false if the app shows no such question."""
        try:
            for request in self.requests():
                if request["bindingMessage"].endswith(code_of(digests)):
                    self.decide(request, "approve")
                    return True
        except Failure:
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
            provider.kill()
        end = time.monotonic() + GONE_SECONDS
        # Somebody who does not give up.
        partner = self.service.partner()
        for _ in range(TRIES_MEANWHILE):
            self.meanwhile[row(partner.begin(f"p256-eidapp-{LABELS[0]}", [digest()]))[:2]] += 1
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
        partner, name, digests = self.service.partner(), f"p256-eidapp-{label}", [digest()]
        end = time.monotonic() + PATIENCE
        while True:
            answer = partner.begin(name, digests)
            with self.lock:
                self.starts[answer.status] += 1
            if answer.status != 503 or time.monotonic() > end:
                break
            time.sleep(0.5)
        if answer.status != 202:
            return row(answer), None
        with self.lock:
            self.handles += 1
        reading = time.monotonic() + random.uniform(0, READING_SECONDS)
        is_approved = False
        while time.monotonic() < end:
            if not is_approved and time.monotonic() > reading:
                is_approved = self.providers[label].approve(digests)
            ended = partner.check(answer.json()["handle"])
            if ended.status not in (202, 503):
                break
            time.sleep(0.3)
        if ended.status == 200:
            sad = ended.json()["SAD"]
            partner.signed(name, digests, sad=sad)
            return 200, sad
        return row(ended)[:2], None


def check(flows, service, seconds):
    require(sum(flows.outcomes.values()) == FLOWS_EACH * len(LABELS), flows.outcomes)
    require(set(flows.outcomes) <= {200, DENIED}, f"an error that is not clear: {flows.outcomes}")
    require(set(flows.meanwhile) == {UNAVAILABLE}, f"while the provider was gone: {flows.meanwhile}")
    require(set(flows.starts) <= {202, 503}, f"starts: {flows.starts}")
    # What had been asked is forgotten by the provider, so the kill was noticed; the rest went through, also where
    # somebody had tried more often than a person may be asked.
    require(flows.outcomes[DENIED] > 0 and flows.outcomes[200] >= FLOWS_EACH * len(LABELS) // 2, flows.outcomes)
    events = service.events()

    def pending(kind):
        return [event["pending"] for event in events if event["kind"] == "authorization." + kind]

    asked, granted, denied = pending("pending"), pending("granted"), pending("denied")
    require(len(asked) == flows.handles, f"{flows.handles} handles, {len(asked)} entries")
    require(sorted(granted + denied) == sorted(asked), "a question without its end in the log, or with two")
    require(len(denied) == flows.outcomes[DENIED], f"{len(denied)} entries, {flows.outcomes}")
    reasons = {event["reason"] for event in events if event["kind"] == "authorization.denied"}
    require(reasons <= {"invalid_grant", "unverified"}, reasons)
    given = {hashlib.sha256(from_base64url(sad)).hexdigest() for sad in flows.sads}
    entries = {event["activation"] for event in events if event["kind"] == "authorization.granted"}
    require(entries == given and len(given) == len(flows.sads), "a SAD without its entry, or an entry without its SAD")
    # One a minute, and one for each question whose answer was lost: those that were under way at the kill, and the
    # first try on each kept connection.
    outages = [event for event in events if event["kind"] == "authorization.unavailable"]
    counted = sum(1 + event.get("unlogged", 0) for event in outages)
    most = flows.starts[503] + TRIES_MEANWHILE
    lost = len(LABELS) * 2 * WAITING_EACH
    require(1 <= len(outages) <= len(LABELS) * (1 + seconds // 60) + lost and counted <= most, f"{outages} of {most}")


def test_providers_that_are_killed_in_the_middle_of_96_questions(folder):
    begin = time.monotonic()
    providers = {label: Provider(folder, label) for label in LABELS}
    options = [part for provider in providers.values() for part in ("--eid-provider", provider.file())]
    try:
        with Service(folder, *options) as service:
            for provider in providers.values():
                provider.start()
            flows = Flows(service, providers)
            flows.run()
            check(flows, service, time.monotonic() - begin)
            service.verify_audit()
    finally:
        for provider in providers.values():
            provider.kill()
    print(f"{dict(flows.outcomes)}; starts {dict(flows.starts)}")
