"""Asynchronous signing with the real program: many calls at once, and a gateway that is killed in the middle.

Promised is:

 a. Every accepted call ends, although the gateway is killed or stopped, and its responseID then gives valid signatures,
    the same ones at every poll.
 b. The partner's receiver is told of each once, by a signed call; after a kill it may be told again, under the same id.
 c. No authorization gives more signatures than it was for; a refused call costs nothing.
 d. The audit log is whole. It has one outcome for each call, and a kill leaves none of them unknown.
"""

import collections
import json
import random
import threading
import time
from dataclasses import dataclass

import pytest

from asynchronous.parties import Client, Receiver
from crash.books import OPERATION_COMPLETED, SLOT_CONSUMED
from crash.findings import Findings
from crash.gateway import Gateway
from harness.encodings import base64std
from harness.failure import Failure, require
from harness.gateway import copy_of, opened

CALLS = 200
KILLS = 1
# Digests of one call when the gateway is to be busy for a while: RSA takes its time.
LARGE = 8
# How long after the first acceptance the gateway is killed, as a share of the time that all calls take.
KILL_MOMENTS = (0.15, 0.75)
# More kills, if none met what it is for: how long the gateway is busy is only guessed.
MISSES = 5


def quiet_round(client):
    """All calls at once, and nothing goes wrong."""
    labels = ["p256-pin", "rsa2048-pin", "p256-scal2"]
    calls = [client.authorized(random.choice(labels), random.randint(1, 3), random.random() < 0.5) for _ in range(CALLS)]
    client.at_once(client.submit, calls)
    client.wait_for_ends(calls)
    client.wait_for_notices(calls)
    for call in calls:
        client.poll(call)
        with client.receiver.lock:
            told = client.receiver.calls[call.response_id]
        client.findings.require(len(told) == 1, f"the receiver was told {len(told)} times of one call")
    return calls


def busy_calls(client):
    return [client.authorized("rsa2048-pin", LARGE, random.random() < 0.5) for _ in range(CALLS)]


def measure(client):
    """How long the gateway is busy with a round's calls."""
    calls = busy_calls(client)
    begin = time.monotonic()
    client.at_once(client.submit, calls)
    client.wait_for_ends(calls)
    client.wait_for_notices(calls)
    return calls, time.monotonic() - begin


def killed_round(client, gateway, busy, ending):
    """All calls at once, and the gateway is killed, or stopped, while it works on them. Returns the calls and how many
    were open then."""
    calls = busy_calls(client)
    sender = threading.Thread(target=client.at_once, args=(client.submit, calls), daemon=True)
    sender.start()
    while not any(call.response_id for call in calls) and sender.is_alive():
        time.sleep(0.005)
    time.sleep(busy * random.uniform(*KILL_MOMENTS))
    ending()
    sender.join()
    accepted = [call for call in calls if call.response_id]
    left = open_jobs(gateway.database)
    if random.random() < 0.5:
        # Killed again while it starts or takes up its work.
        gateway.start_and_kill()
    gateway.start()
    client.findings.require(accepted or not left, "jobs are open of which nobody was told")
    # What got no answer is sent again: it may have been accepted, or not.
    client.at_once(client.submit, [call for call in calls if call not in accepted] or [calls[0]])
    client.wait_for_ends(calls)
    client.wait_for_notices(calls)
    return calls, len(left)


def open_jobs(database):
    with copy_of(database) as copy, opened(copy) as db:
        return [row[0] for row in db.execute("SELECT id FROM job WHERE state = 0")]


@dataclass
class Story:
    """What happened, and who was there; the gateway has stopped."""

    gateway: Gateway
    client: Client
    receiver: Receiver
    calls: list
    interrupted: int


@pytest.fixture(scope="module")
def story(folder):
    findings = Findings()
    with Receiver(findings) as receiver:
        gateway = Gateway(folder, findings, "--callback-origin", receiver.origin, level="notice")
        try:
            story = play(gateway, receiver)
        finally:
            gateway.kill()
        require(not findings.texts, "\n".join(findings.texts))
        yield story


def play(gateway, receiver):
    gateway.start()
    client = Client(gateway, receiver)
    receiver.secret = client.sandbox.fact("partner")["webhookSecret"]
    for label in ("p256-pin", "rsa2048-pin", "p256-scal2"):
        client.certificate(label)
    calls = quiet_round(client)
    more, busy = measure(client)
    calls += more
    receiver.refuses = 0.2
    interrupted = 0
    for number in range(KILLS + MISSES):
        if gateway.findings.texts or (number >= KILLS and interrupted):
            break
        more, left = killed_round(client, gateway, busy, gateway.kill)
        calls += more
        interrupted += left
    if not gateway.findings.texts:
        more, left = killed_round(client, gateway, busy, gateway.stop)
        calls += more
    gateway.stop()
    return Story(gateway, client, receiver, calls, interrupted)


def test_a_kill_met_an_open_call(story):
    require(story.interrupted, "no kill met an open call")
    require(story.client.sandbox.fact("callbackOrigin") == story.receiver.origin, "another callbackOrigin")


def test_every_call_has_its_valid_signatures(story):
    """As many as were asked for."""
    verifier = story.client.verifier
    for call in story.calls:
        require(call.signatures is not None, f"call {call.response_id} has no signatures")
        texts = [base64std(signature) for signature in call.signatures]
        certificate, algorithm = story.client.certificate(call.label), story.client.algorithm(call.label)
        verifier.signatures(texts, certificate, call.digests, algorithm)
    with pytest.raises(Failure, match="does not verify"):
        verifier.signature(texts[0], certificate, bytes(32), algorithm)


def test_the_receiver_was_told_of_each(story):
    names = {call.response_id for call in story.calls}
    require(names == set(story.receiver.calls), "the receiver was told of calls that there are not, or not of all")
    events = set()
    for told in story.receiver.calls.values():
        ids = {event["id"] for event, _, _ in told}
        require(len(ids) == 1, f"one end of a call was told under {len(ids)} ids")
        events |= ids
        for event, path, _ in told:
            require(
                set(event) == {"id", "type", "responseID", "status"} and event["type"] == "signature"
                and event["status"] == "completed" and path == "/signed?n=1", f"the receiver was told {event} at {path}")
    require(len(events) == len(names), "two calls were told under one id")


def test_no_authorization_gave_more_than_it_was_for(story):
    with opened(story.gateway.database) as db:
        slots = collections.defaultdict(collections.Counter)
        for activation, states in db.execute("SELECT activation, states FROM slots"):
            slots[activation.hex()].update(states)
        operations = dict(db.execute("SELECT id, state FROM operation"))
        jobs = {name: (operation, state) for name, operation, state in db.execute("SELECT id, operation, state FROM job")}
        [notices] = db.execute("SELECT count(*) FROM completion_notification").fetchone()
    require(notices == 0, f"{notices} notices are left")
    require(set(jobs) == {call.response_id for call in story.calls}, "the store has other jobs than were accepted")
    for call in story.calls:
        require(
            slots[call.activation] == {SLOT_CONSUMED: len(call.digests)},
            f"the slots of a call are {dict(slots[call.activation])} for {len(call.digests)} signatures")
        operation, state = jobs[call.response_id]
        require((state, operations.get(operation)) == (1, OPERATION_COMPLETED), f"job {call.response_id}: {state}")


def test_the_audit_log_has_one_outcome_for_each(story):
    with opened(story.gateway.database) as db:
        operations = {name for (name,) in db.execute("SELECT id FROM operation")}
        jobs = {operation for (operation,) in db.execute("SELECT operation FROM job")}
    kinds = collections.defaultdict(collections.Counter)
    for entry in story.gateway.events():
        kinds[entry["kind"]][entry.get("operation")] += 1
    made = kinds["signature.made"]
    require(set(made) == jobs, "other operations were completed than jobs")
    require(all(count == 1 for count in made.values()), "an operation was completed twice")
    require(not kinds["signature.unknown"], "the outcome of an operation is unknown")
    require(set(kinds["signature.intended"]) == operations, "an operation has no intent in the audit log")
    resumed = kinds["signature.resumed"].total()
    require(resumed >= story.interrupted, f"{resumed} calls are recorded as resumed, {story.interrupted} were open")
    story.gateway.verify_audit()


def test_the_log_has_no_secret_and_no_complaint(story):
    text = story.gateway.log.read_text(errors="replace")
    user = story.client.user
    for secret in [user["pin"], user["serviceToken"], story.receiver.secret, *(call.sad for call in story.calls[:20])]:
        require(secret not in text, "a secret is in the gateway's log")
    for line in text.splitlines():
        if line.startswith("{"):
            require(json.loads(line)["level"] in ("info", "notice"), f"the gateway's log says: {line}")
