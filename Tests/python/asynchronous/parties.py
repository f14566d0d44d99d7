"""The partner of an asynchronous signature: its receiver of notices, and its client."""

import base64
import collections
import hashlib
import hmac
import json
import os
import random
import threading
import time

from harness.encodings import from_base64url
from harness.failure import Failure, require
from harness.portal import Portal
from harness.servers import Server

END_LIMIT = 120.0
HANG_LIMIT = 120.0
TOLERANCE = 300


class Receiver(Server):
    """The partner's server: takes calls, checks their signatures, and refuses a share of them at first."""

    def __init__(self, findings):
        self.findings = findings
        self.secret = None
        self.lock = threading.Lock()
        self.calls = collections.defaultdict(list)
        self.refuses = 0.0
        super().__init__(lambda _, path, headers, body: (self.take(path, headers, body), {}, b""))

    def take(self, path, headers, body):
        signature = headers.get("Countersign-Signature", "")
        parts = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)
        signed = parts.get("t", "").encode() + b"." + body
        expected = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(parts.get("v1", ""), expected):
            self.findings.add(f"a call to the receiver has a wrong signature: {signature}")
            return 401
        if abs(time.time() - int(parts["t"])) > TOLERANCE:
            self.findings.add("a call to the receiver is signed with another time than now")
        with self.lock:
            refused = random.random() < self.refuses
            event = json.loads(body)
            self.calls[event["responseID"]].append((event, path, refused))
        return 503 if refused else 204

    def told(self):
        """Of which calls it was told and confirmed it."""
        with self.lock:
            return {name for name, calls in self.calls.items() if any(not refused for _, _, refused in calls)}


class Call:
    """One call in mode A, with an authorization of its own."""

    def __init__(self, label, digests, sad):
        self.label = label
        self.digests = digests
        self.sad = sad
        self.response_id = None
        self.signatures = None

    @property
    def activation(self):
        return hashlib.sha256(from_base64url(self.sad)).hexdigest()


class Client(Portal):
    """Alice's software, which goes on when the gateway is killed."""

    def __init__(self, gateway, receiver):
        self.user = gateway.sandbox.user()
        super().__init__(gateway.sandbox, token=self.user["serviceToken"])
        self.gateway = gateway
        self.receiver = receiver
        self.findings = gateway.findings

    def post(self, method, body):
        """Status and answer; None if the gateway was killed meanwhile."""
        try:
            return self.call(method, body).pair()
        except Failure as error:
            if not self.gateway.is_dying:
                self.findings.add(f"{method} got no answer although nobody killed the gateway: {error}")
            return None

    def authorized(self, label, count, is_bound):
        digests = [os.urandom(32) for _ in range(count)]
        bound = digests if is_bound or self.sandbox.credential(label)["scal"] == 2 else []
        answer = self.authorize(label, bound, {"PIN": self.user["pin"]}, number=count)
        require(answer.status == 200, f"{answer}")
        return Call(label, digests, answer.json()["SAD"])

    def submit(self, call):
        """Sends the call; remembers its responseID if there is an answer."""
        try:
            answer = self.sign(
                call.label, call.digests, sad=call.sad, operationMode="A",
                response_uri=f"{self.receiver.origin}/signed?n=1")
        except Failure as error:
            if not self.gateway.is_dying:
                self.findings.add(f"signHash got no answer although nobody killed the gateway: {error}")
            return
        if answer.status != 200 or set(answer.json()) != {"responseID"}:
            self.findings.add(f"signHash in mode A: {answer}")
            return
        name = answer.json()["responseID"]
        self.findings.require(call.response_id in (None, name), "the same call again got another responseID")
        call.response_id = name

    def poll(self, call):
        """Whether the call has ended."""
        found = self.post("signatures/signPolling", {"requestID": call.response_id})
        if found is None:
            return False
        status, answer = found
        if status == 202:
            self.findings.require(answer == {}, f"202 with {answer}")
            return False
        if status != 200:
            self.findings.add(f"signPolling answered {status} {answer}")
            return True
        signatures = [base64.b64decode(text, validate=True) for text in answer["signatures"]]
        self.findings.require(call.signatures in (None, signatures), "polling again got another answer")
        call.signatures = signatures
        return True

    def at_once(self, action, calls):
        """Does something for every call, all at the same moment."""
        barrier = threading.Barrier(len(calls))

        def begin(call):
            barrier.wait()
            action(call)

        threads = [threading.Thread(target=begin, args=(call,), daemon=True) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(HANG_LIMIT)
            self.findings.require(not thread.is_alive(), "a client hangs")

    def wait_for_ends(self, calls):
        deadline = time.monotonic() + END_LIMIT
        open_calls = [call for call in calls if call.response_id]
        while open_calls and time.monotonic() < deadline and not self.findings.texts:
            open_calls = [call for call in open_calls if not self.poll(call)]
            time.sleep(0.02)
        self.findings.require(not open_calls, f"{len(open_calls)} calls did not end in {END_LIMIT:.0f} s")

    def wait_for_notices(self, calls):
        deadline = time.monotonic() + END_LIMIT
        names = {call.response_id for call in calls}
        while names - self.receiver.told() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.findings.require(
            not names - self.receiver.told(), f"of {len(names - self.receiver.told())} calls the receiver was not told")
