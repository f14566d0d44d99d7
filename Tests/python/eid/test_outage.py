"""200 log-ins while the eID provider is killed in the middle and started again.

Every flow must end in a SAD that signs, or in an error that says what happened; nothing may be spent by an error, and the
audit log must have one entry for each answer, and for the outage at least one and at most one a minute.
"""

import collections
import hashlib
import random
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest

from eid.stand import ONE, Stand, glewlwyd
from glewlwyd.administration import Refused
from glewlwyd.provider import Provider
from glewlwyd.server import is_installed
from harness.encodings import from_base64url
from harness.failure import require
from harness.portal import digest

FLOWS = 200
WORKERS = 40
# At most 16 challenges of a credential are open.
MOST_CHALLENGES = 14
# Seconds, at most, that a customer reads between log-in and authorization.
READING_SECONDS = 2.0
# After so many ended flows the provider is killed, and comes back after so many seconds.
KILL_AFTER, GONE_SECONDS = 60, 2.0
# Seconds in which a flow goes on trying.
PATIENCE = 25


class Flows:
    def __init__(self, gateway, provider):
        self.gateway = gateway
        self.provider = provider
        self.alice = provider.people["alice"]
        self.lock = threading.Lock()
        self.ended = 0
        self.answers = collections.Counter()
        self.outcomes = collections.Counter()
        self.sads = []
        self.kept = threading.local()
        self.challenges = threading.Semaphore(MOST_CHALLENGES)
        self.log_ins_without_provider = 0

    def run(self):
        killer = threading.Thread(target=self.kill_and_start)
        killer.start()
        with ThreadPoolExecutor(WORKERS) as pool:
            results = [pool.submit(self.flow, number) for number in range(FLOWS)]
        killer.join()
        for result in results:
            result.result()

    def kill_and_start(self):
        while self.ended < KILL_AFTER:
            time.sleep(0.01)
        self.provider.server.kill()
        time.sleep(GONE_SECONDS)
        self.provider.start()

    def flow(self, number):
        """An ID token needs the provider's keys, an access token needs the provider at each authorization."""
        if number % 2 == 0:
            return self.walk("gateway", "n", "access_token")
        with self.challenges:
            return self.walk("portal", self.gateway.partner().challenge(ONE), "id_token")

    def walk(self, client, nonce, kind):
        partner, end = self.gateway.partner(), time.monotonic() + PATIENCE
        tokens = self.log_in(client, nonce, end)
        time.sleep(random.uniform(0, READING_SECONDS))
        outcome = "no log-in"
        while tokens and time.monotonic() < end:
            answer = partner.present(ONE, tokens[kind])
            outcome = f"{answer.status} {answer.error or ''}".strip()
            with self.lock:
                self.answers[outcome] += 1
            if answer.status != 503:
                break
            time.sleep(int(answer.header("Retry-After")))
        if outcome == "200":
            sad = answer.json()["SAD"]
            partner.signed(ONE, [digest()], sad=sad)
            with self.lock:
                self.sads.append(sad)
        with self.lock:
            self.ended += 1
            self.outcomes[outcome] += 1

    def log_in(self, client, nonce, end):
        """What a customer does: tries again when the provider is back."""
        while time.monotonic() < end:
            try:
                if not hasattr(self.kept, "browser"):
                    self.kept.browser = self.alice.browser()
                return self.alice.log_in(client, nonce, browser=self.kept.browser)
            except (OSError, HTTPException, Refused):
                with self.lock:
                    self.log_ins_without_provider += 1
                time.sleep(0.5)
        return None


def check(flows, gateway, seconds):
    require(sum(flows.outcomes.values()) == FLOWS, f"{flows.outcomes}")
    reasons = collections.Counter(e["reason"] for e in gateway.events() if e["kind"] == "authorization.refused")
    # Nothing that the customers did was wrong.
    require(not reasons, f"refused for {dict(reasons)}")
    clear = {"200", "400 invalid_authentication_data", "503 temporarily_unavailable", "no log-in"}
    require(set(flows.answers) | set(flows.outcomes) <= clear, f"an error that is not clear: {flows.answers}")
    # The log tells of each answer, and names the SAD of each flow that got one.
    events = gateway.events()
    kinds = collections.Counter(event["kind"] for event in events)
    for kind, answer in (("granted", "200"), ("refused", "400 invalid_authentication_data")):
        require(kinds["authorization." + kind] == flows.answers[answer],
                f"{flows.answers[answer]} answers {answer}, {kinds['authorization.' + kind]} entries {kind}")
    require(flows.answers["503 temporarily_unavailable"] > 0, "the kill was not noticed: it shows nothing")
    outages = [event for event in events if event["kind"] == "authorization.unavailable"]
    counted = sum(1 + event.get("unlogged", 0) for event in outages)
    require(1 <= len(outages) <= 1 + seconds // 60 and counted <= flows.answers["503 temporarily_unavailable"],
            f"{len(outages)} entries for {counted} of {flows.answers['503 temporarily_unavailable']} outages")
    granted = {event["activation"] for event in events if event["kind"] == "authorization.granted"}
    given = {hashlib.sha256(from_base64url(sad)).hexdigest() for sad in flows.sads}
    require(granted == given and len(given) == len(flows.sads), "a SAD without its entry, or an entry without its SAD")
    # The provider came back in time, so patience was enough for nearly all.
    require(flows.outcomes["200"] >= FLOWS * 3 // 4, f"few flows succeeded: {flows.outcomes}")
    gateway.verify_audit()


@pytest.mark.skipif(not is_installed(), reason="'make packages' installs glewlwyd")
def test_a_provider_that_is_killed_in_the_middle_of_200_flows(folder):
    begin = time.monotonic()
    # In memory where there is such a folder: most of the time goes by while the provider's commits reach the disk.
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as name, Provider(name, "ES256") as provider:
        # The pause of the circuit breaker is short, so that the test is.
        with Stand(folder, glewlwyd(provider, folder) | {"calls": {"pause": 2}}) as gateway:
            flows = Flows(gateway, provider)
            flows.run()
            check(flows, gateway, time.monotonic() - begin)
    print(f"{dict(flows.outcomes)}; answers {dict(flows.answers)}; "
          f"{flows.log_ins_without_provider} log-ins tried while the provider was gone")
