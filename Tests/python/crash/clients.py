"""Clients that authorize and sign until the gateway dies."""

import base64
import collections
import http.client
import json
import os
import random
import threading
import time

from crash.sad import Sad
from harness.encodings import base64std

ANSWER_LIMIT = 30.0
# A SAD lives 300 seconds; older ones are not continued, so that none expires on the way.
LONGEST_USE = 200.0
SHA256 = "2.16.840.1.101.3.4.2.1"
SIGN_ALGORITHMS = {"p256": "1.2.840.10045.4.3.2", "rsa2048": "1.2.840.113549.1.1.11"}
REFUSALS = {
    "Invalid parameter SAD",  # nothing is left
    "Numbers of signatures is too high",  # less is left than asked for
    "Hash is not authorized by the SAD.",
}


class Interrupted(Exception):
    """The gateway was killed before the answer was read."""


class Connection:
    """One keep-alive connection."""

    def __init__(self, gateway, token):
        self.gateway = gateway
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.http = None

    def open(self):
        self.close()
        self.http = http.client.HTTPConnection("127.0.0.1", self.gateway.ports[0], timeout=ANSWER_LIMIT)

    def close(self):
        if self.http is not None:
            self.http.close()

    def post(self, method, body):
        try:
            self.http.request("POST", f"/csc/v1/{method}", json.dumps(body), self.headers)
            answer = self.http.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            if not self.gateway.is_dying:
                self.gateway.findings.add(f"{method} got no answer although nobody killed the gateway: {error!r}")
            raise Interrupted from error
        return answer.status, json.loads(text)


class Client(threading.Thread):
    """Authorizes and signs until the gateway dies; lives for one round."""

    def __init__(self, desk):
        super().__init__(daemon=True)
        self.desk = desk
        self.only_continues = False

    def run(self):
        for connection in self.desk.connections:
            connection.open()
        try:
            while self.desk.unfinished:
                self.desk.resume(self.desk.unfinished[-1])
                self.desk.unfinished.pop()
            while not self.only_continues:
                sad = self.desk.authorize()
                self.desk.unfinished.append(sad)
                self.desk.use(sad)
                self.desk.unfinished.pop()
        except Interrupted:
            pass
        except Exception as error:  # or its silence would look like success
            self.desk.findings.add(f"a client of this test failed: {error!r}")
        finally:
            for connection in self.desk.connections:
                connection.close()


class Desk:
    """What a client keeps from round to round."""

    def __init__(self, gateway, credentials, user):
        self.findings = gateway.findings
        self.credentials = credentials
        self.pin = user["pin"]
        self.connections = [Connection(gateway, user["serviceToken"]) for _ in range(2)]
        self.sads = []
        self.unfinished = []
        self.replays = 0
        self.interrupted = 0
        self.answered_after_kill = 0
        self.refusals = collections.Counter()

    def authorize(self):
        credential = random.choice(self.credentials)
        count = random.randint(1, 5)
        body = {"credentialID": credential["credentialID"], "numSignatures": count, "PIN": self.pin}
        bound = None
        if credential["scal"] == 2 or random.random() < 0.3:
            bound = [os.urandom(32) for _ in range(count)]
            if random.random() < 0.2:
                bound[-1] = bound[0]
            body["hash"] = [base64std(digest) for digest in bound]
        status, answer = self.connections[0].post("credentials/authorize", body)
        if status != 200:
            self.findings.add(f"credentials/authorize answered {status} {answer}")
            raise Interrupted
        sad = Sad(answer["SAD"], credential, count, bound)
        self.sads.append(sad)
        return sad

    def use(self, sad):
        while random.random() < 0.9:
            left = sad.certainly_left()
            if not left:
                break
            kind = random.choices(["one", "again", "twins", "rivals"], [50, 20, 15, 15])[0]
            if kind == "rivals":
                self.rivals(sad, left)
                continue
            request = self.some(sad, left)
            if kind == "twins":
                self.twins(sad, request)
            else:
                self.sign(sad, request)
            if kind == "again":
                self.sign(sad, request)
        if random.random() < 0.5:
            self.sign(sad, self.too_much(sad))
        if sad.answers and random.random() < 0.3:
            self.sign(sad, random.choice(list(sad.answers)))

    def resume(self, sad):
        """After a kill: what was interrupted is sent again, and the rest is used."""
        if time.monotonic() - sad.made > LONGEST_USE:
            return
        for request in list(sad.interruptions):
            if random.random() < 0.7:
                answered = request in sad.answers
                self.sign(sad, request)
                self.answered_after_kill += request in sad.answers and not answered
        for request in list(sad.answers):
            if random.random() < 0.3:
                self.sign(sad, request)
        self.use(sad)

    @staticmethod
    def some(sad, left):
        if sad.bound is None:
            return tuple(os.urandom(32) for _ in range(random.randint(1, min(left, 3))))
        return tuple(random.sample(left, random.randint(1, min(len(left), 3))))

    @staticmethod
    def too_much(sad):
        if sad.bound is None:
            return tuple(os.urandom(32) for _ in range(sad.count + 1 - sum(map(len, sad.answers))))
        return (os.urandom(32),)

    def twins(self, sad, request):
        """The same request twice at the same time."""
        fit = request in sad.answers or sad.certainly_fits(request)
        outcomes = self.in_parallel(sad, request, request)
        if fit and outcomes != [True, True]:
            self.findings.add(f"the same request twice at the same time was answered {outcomes} ({sad.name})")

    def rivals(self, sad, left):
        """Two requests at the same time, for only one of which there is enough left."""
        if sad.bound is None:
            first, second = (tuple(os.urandom(32) for _ in range(left)) for _ in range(2))
        else:
            first, second = tuple(left), tuple(reversed(left))
        fit = sad.certainly_fits(first) and sad.certainly_fits(second)
        outcomes = self.in_parallel(sad, first, second)
        if fit and outcomes == [False, False]:
            self.findings.add(f"both of two requests were refused, although there was enough for one ({sad.name})")

    def in_parallel(self, sad, first, second):
        outcomes = [None, None]

        def send(index, request):
            try:
                outcomes[index] = self.sign(sad, request, self.connections[index], alone=False)
            except Interrupted:
                pass

        other = threading.Thread(target=send, args=(1, second), daemon=True)
        other.start()
        send(0, first)
        other.join()
        if None in outcomes:
            raise Interrupted
        return outcomes

    def sign(self, sad, request, connection=None, alone=True):
        """Returns whether it was answered with signatures."""
        fits = alone and (request in sad.answers or sad.certainly_fits(request))
        too_much = alone and sad.certainly_too_much(request)
        key = sad.credential["key"]
        body = {
            "credentialID": sad.credential["credentialID"], "SAD": sad.value,
            "hash": [base64std(digest) for digest in request], "hashAlgo": SHA256, "signAlgo": SIGN_ALGORITHMS[key],
        }
        try:
            status, answer = (connection or self.connections[0]).post("signatures/signHash", body)
        except Interrupted:
            with sad.lock:
                self.interrupted += 1
                sad.interruptions[request] += 1
            raise
        if status == 200:
            signatures = tuple(base64.b64decode(text, validate=True) for text in answer["signatures"])
            self.findings.require(not too_much, f"signatures were released beyond the authorization ({sad.name})")
            self.findings.require(
                len(signatures) == len(request), f"{len(signatures)} signatures for {len(request)} digests")
            with sad.lock:
                earlier = sad.answers.setdefault(request, signatures)
                self.replays += earlier is not signatures
            self.findings.require(earlier == signatures, f"the same request got other signatures ({sad.name})")
            return True
        text = answer.get("error_description")
        if status != 400 or answer.get("error") != "invalid_request" or text not in REFUSALS:
            self.findings.add(f"signatures/signHash answered {status} {answer} ({sad.name})")
        self.findings.require(not fits, f"refused although it was authorized and not spent: {text} ({sad.name})")
        self.refusals[text] += 1
        return False
