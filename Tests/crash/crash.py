#!/usr/bin/env python3
"""Kills the gateway at random moments under load and proves what the ledger promises.

Every round starts the sandbox on the state that the last kill left, lets 16 clients authorize and sign, and
kills the gateway with SIGKILL. In the next round the clients first send again what was interrupted. At the end
the answers that the clients got are held against the database and the audit log. Promised is:

 a. No SAD releases more signatures than were authorized, and the same request always gets the same answer.
 b. Every released signature belongs to an operation whose intent was in the audit log before its outcome.
 c. Each signature cost one slot. What a kill left in between is recorded as unknown and stays spent.
 d. The audit log is whole.
 e. Every start serves again by itself, and what was authorized before the kill can still be used.

SIGKILL ends the process, not the machine: a write that reached the kernel survives. That commits reach the disk
is not shown here.

In a share of the rounds the gateway is also killed once more while it starts. SoftHSM empties its token's file for a
moment at every log-in; the sandbox must get over a kill in that moment too.

Exit codes: 0 the promises held, 1 they did not, 2 wrong usage.
"""

import argparse
import base64
import collections
import hashlib
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

CLIENTS = 16
LABELS = ["p256-pin", "rsa2048-pin", "p256-scal2"]
LOAD_SECONDS = (0.05, 1.5)
# A later start takes about 0.2 seconds.
STARTING_SECONDS = (0.0, 0.3)
START_LIMIT = 60.0
STOP_LIMIT = 10.0
ANSWER_LIMIT = 30.0
# A SAD lives 300 seconds; older ones are not continued, so that none expires on the way.
LONGEST_USE = 200.0
OPENSSL_SAMPLE = 150
SHA256 = "2.16.840.1.101.3.4.2.1"
SIGN_ALGORITHMS = {"p256": "1.2.840.10045.4.3.2", "rsa2048": "1.2.840.113549.1.1.11"}
ALGORITHM_NAMES = {"p256": "ecdsa-sha256", "rsa2048": "rsa-pkcs1-sha256"}
REFUSALS = {
    "Invalid parameter SAD",  # nothing is left
    "Numbers of signatures is too high",  # less is left than asked for
    "Hash is not authorized by the SAD.",
}

# States in the database.
SLOT_AUTHORIZED, SLOT_RESERVED, SLOT_CONSUMED, SLOT_RELEASED = range(4)
OPERATION_RESERVED, OPERATION_COMPLETED, OPERATION_RELEASED, OPERATION_UNKNOWN = range(4)


class Findings:
    """What broke a promise."""

    def __init__(self):
        self.texts = []
        self.lock = threading.Lock()

    def add(self, text):
        with self.lock:
            self.texts.append(text)
            if len(self.texts) <= 20:
                print(f"VIOLATION: {text}", file=sys.stderr, flush=True)

    def require(self, holds, text):
        if not holds:
            self.add(text)


class StartFailed(Exception):
    pass


class Interrupted(Exception):
    """The gateway was killed before the answer was read."""


# ------------------------------------------------------------------------------------------------- the gateway


class Gateway:
    def __init__(self, program, folder, port, tls_port, findings):
        self.program = program
        self.state = folder / "state"
        self.log = folder / "gateway.log"
        self.database = self.state / "countersign.sqlite"
        self.ports = (port, tls_port)
        self.findings = findings
        self.process = None
        self.is_dying = False
        self.starts = []
        self.kills_while_starting = 0

    def start(self):
        announcement = self.state / "sandbox.json"
        # The one of the last run would look like readiness until the sandbox removes it.
        announcement.unlink(missing_ok=True)
        self.is_dying = False
        begin = time.monotonic()
        self.launch()
        while not announcement.exists():
            if self.process.poll() is not None:
                raise StartFailed(f"the sandbox ended with {self.process.returncode} before it was ready")
            if time.monotonic() - begin > START_LIMIT:
                raise StartFailed(f"the sandbox was not ready after {START_LIMIT:.0f} s")
            time.sleep(0.02)
        self.starts.append(time.monotonic() - begin)
        return json.loads(announcement.read_text())

    def start_and_kill(self):
        self.launch()
        time.sleep(random.uniform(*STARTING_SECONDS))
        self.kill()
        self.kills_while_starting += 1

    def launch(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [
                    self.program, "sandbox", "--state", self.state, "--port", str(self.ports[0]), "--tls-port",
                    str(self.ports[1]), "--log-level", "warning",
                ],
                # Ctrl-C is for this test alone, which then ends the gateway.
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )

    def kill(self):
        children = self.children()
        self.is_dying = True
        self.process.kill()
        self.process.wait()
        self.expect_end(children)

    def stop(self):
        children = self.children()
        self.is_dying = True
        self.process.terminate()
        try:
            code = self.process.wait(STOP_LIMIT)
            self.findings.require(code == 0, f"after SIGTERM the gateway ended with {code}")
        except subprocess.TimeoutExpired:
            self.findings.add(f"the gateway did not stop {STOP_LIMIT:.0f} s after SIGTERM")
            self.process.kill()
            self.process.wait()
        self.expect_end(children)

    def abandon(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def children(self):
        pid = self.process.pid
        try:
            return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return []

    def expect_end(self, children):
        """The eID simulator must not outlive its sandbox."""
        deadline = time.monotonic() + STOP_LIMIT
        while any(map(is_running, children)):
            if time.monotonic() > deadline:
                self.findings.add(f"a child of the gateway outlived it: {children}")
                return
            time.sleep(0.02)

    def audit(self, *arguments, database=None):
        return subprocess.run(
            [self.program, "audit", *arguments, "--database", database or self.database],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def is_running(pid):
    try:
        # The state follows the name, which is in brackets and may hold anything.
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def free_ports(first):
    """Two ports that nobody listens on, from `first` on, or anywhere below those of outgoing connections."""
    found = []
    candidates = range(first, 65536) if first else (random.randrange(20000, 32000) for _ in range(1000))
    for port in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
        if len(found) == 2:
            return found
    raise StartFailed("no port is free")


# ------------------------------------------------------------------------------------------------- the clients


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


class Sad:
    """A SAD and what its client knows about it. A request is the tuple of its digests."""

    def __init__(self, value, credential, count, bound):
        self.value = value
        self.credential = credential
        self.count = count
        # The digests that it was authorized for, or None for any.
        self.bound = bound
        self.made = time.monotonic()
        self.answers = {}
        self.interruptions = collections.Counter()
        self.lock = threading.Lock()

    @property
    def name(self):
        """Its name in the ledger and in the audit log."""
        return hashlib.sha256(base64.urlsafe_b64decode(self.value)).hexdigest()

    @property
    def limit(self):
        return self.count if self.bound is None else len(self.bound)

    def certainly_left(self):
        """How many signatures, or which, are left even if every interrupted call spent what it asked for."""
        spent = collections.Counter()
        for request in self.answers.keys() | self.interruptions.keys():
            times = self.interruptions[request] + (request in self.answers)
            for digest in request:
                spent[digest] += times
        if self.bound is None:
            return max(0, self.count - spent.total())
        left = collections.Counter(self.bound)
        left.subtract(spent)
        return list((+left).elements())

    def certainly_fits(self, request):
        left = self.certainly_left()
        if self.bound is None:
            return len(request) <= left
        return not collections.Counter(request) - collections.Counter(left)

    def certainly_too_much(self, request):
        if request in self.answers:
            return False
        spent = sum(map(len, self.answers))
        if spent + len(request) > self.limit:
            return True
        return self.bound is not None and not set(request) <= set(self.bound)


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
            body["hash"] = [encoded(digest) for digest in bound]
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
            "hash": [encoded(digest) for digest in request], "hashAlgo": SHA256, "signAlgo": SIGN_ALGORITHMS[key],
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


def encoded(octets):
    return base64.b64encode(octets).decode()


# -------------------------------------------------------------------------------------------------- the rounds


def left_reserved(database):
    """The operations that a kill left between intent and outcome.

    Read from a copy: whoever opens the file itself would repair it, which is the gateway's task here.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / database.name
        for suffix in ["", "-wal"]:
            source = database.with_name(database.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        db = sqlite3.connect(copy)
        try:
            return {row[0] for row in db.execute("SELECT id FROM operation WHERE state = ?", [OPERATION_RESERVED])}
        finally:
            db.close()


def play(desks, gateway, only_continues=False):
    clients = [Client(desk) for desk in desks]
    for client in clients:
        client.only_continues = only_continues
        client.start()
    if not only_continues:
        time.sleep(random.uniform(*LOAD_SECONDS))
        gateway.kill()
    for client in clients:
        client.join(2 * ANSWER_LIMIT)
        gateway.findings.require(not client.is_alive(), "a client hangs")


def figures(kills, desks, unknown):
    answers = [answer for desk in desks for sad in desk.sads for answer in sad.answers.values()]
    return (
        f"{kills} kills, {sum(len(desk.sads) for desk in desks)} authorizations, "
        f"{sum(map(len, answers))} signatures released, {sum(desk.replays for desk in desks)} replays, "
        f"{unknown} unknown")


def run_rounds(gateway, kills, while_starting, folder):
    """Returns the desks, the operations that kills left reserved, and the public keys."""
    sandbox = gateway.start()
    credentials = [entry for entry in sandbox["credentials"] if entry["label"] in LABELS]
    if len(credentials) != len(LABELS):
        raise StartFailed(f"the sandbox does not have {LABELS}")
    user = next(user for user in sandbox["users"] if user["username"] == credentials[0]["owner"])
    desks = [Desk(gateway, credentials, user) for _ in range(CLIENTS)]
    keys = public_keys(gateway, desks, folder)
    reserved = set()
    for kill in range(1, kills + 1):
        play(desks, gateway)
        reserved |= left_reserved(gateway.database)
        if random.random() < while_starting:
            gateway.start_and_kill()
        again = gateway.start()
        gateway.findings.require(again == sandbox, "a restart changed sandbox.json")
        if kill % 5 == 0 or kill == kills:
            print(figures(kill, desks, len(reserved)), flush=True)
        if gateway.findings.texts:
            # More rounds would only bury what happened.
            break
    play(desks, gateway, only_continues=True)
    return desks, reserved, keys


def public_keys(gateway, desks, folder):
    """PEM files of the public keys, by credential."""
    connection = desks[0].connections[0]
    connection.open()
    keys = {}
    for credential in desks[0].credentials:
        name = credential["credentialID"]
        _, answer = connection.post("credentials/info", {"credentialID": name})
        keys[name] = folder / f"{credential['label']}.pem"
        subprocess.run(
            ["openssl", "x509", "-inform", "DER", "-noout", "-pubkey", "-out", keys[name]],
            input=base64.b64decode(answer["cert"]["certificates"][0]), check=True)
    connection.close()
    return keys


# ------------------------------------------------------------------------------------------------- the promises


class Books:
    """The database and the audit log after the last stop."""

    def __init__(self, gateway):
        db = sqlite3.connect(gateway.database)
        self.integrity = db.execute("PRAGMA integrity_check").fetchone()[0]
        self.activations = {
            digest.hex(): json.loads(text) for digest, text in db.execute("SELECT digest, binding FROM activation")
        }
        self.slots = collections.defaultdict(list)
        for activation, state, operation in db.execute("SELECT activation, state, operation FROM slot"):
            self.slots[activation.hex()].append((state, operation))
        self.operations = {}
        self.by_request = collections.defaultdict(list)
        rows = db.execute("SELECT id, activation, request, state, signatures FROM operation")
        for name, activation, request, state, signatures in rows:
            self.operations[name] = (activation.hex(), state, signature_list(signatures or b""))
            self.by_request[activation.hex(), request].append(name)
        db.close()
        self.entries = collections.defaultdict(dict)
        self.duplicates = []
        self.granted = {}
        self.counts = collections.Counter()
        listing = gateway.audit("list")
        listing.check_returncode()
        for entry in map(json.loads, listing.stdout.splitlines()):
            self.counts[entry["kind"]] += 1
            if entry["kind"] == "authorization.granted":
                self.granted[entry["activation"]] = entry
            if "operation" in entry:
                if self.entries[entry["kind"]].setdefault(entry["operation"], entry) is not entry:
                    self.duplicates.append(entry)


def signature_list(stored):
    """Signatures in one column: each after its length in two octets, big endian."""
    signatures = []
    while stored:
        length = int.from_bytes(stored[:2], "big")
        signatures.append(stored[2 : 2 + length])
        stored = stored[2 + length :]
    return tuple(signatures)


def request_digest(credential, request):
    """What the ledger calls a request: everything that determines its signatures."""
    algorithm = ALGORITHM_NAMES[credential["key"]]
    text = {
        "credential": credential["credentialID"], "method": "signHash", "parameters": hashlib.sha256().hexdigest(),
        "items": [{"algorithm": algorithm, "authorized": digest.hex(), "hash": "sha256"} for digest in request],
    }
    return hashlib.sha256(json.dumps(text, separators=(",", ":"), sort_keys=True).encode()).digest()


def check_answers(books, desks, require):
    """Promises a and b: what the clients got."""
    for sad in (sad for desk in desks for sad in desk.sads):
        activation = books.activations.get(sad.name)
        require(activation is not None, f"SAD {sad.name} was handed out and is not in the ledger")
        require(sad.name in books.granted, f"SAD {sad.name} was handed out and is not in the audit log")
        released = {signature for answer in sad.answers.values() for signature in answer}
        require(len(released) <= sad.count, f"SAD {sad.name} released {len(released)} signatures of {sad.count}")
        # By requests too: RSA signs the same digest twice with the same signature.
        total = sum(map(len, sad.answers))
        require(total <= sad.count, f"SAD {sad.name} answered for {total} signatures of {sad.count}")
        signed = collections.Counter(digest for request in sad.answers for digest in request)
        unauthorized = collections.Counter() if sad.bound is None else signed - collections.Counter(sad.bound)
        require(not unauthorized, f"SAD {sad.name} signed digests that it was not authorized for")
        consumed = sum(state == SLOT_CONSUMED for state, _ in books.slots[sad.name])
        require(total <= consumed, f"SAD {sad.name} released {total} signatures and consumed {consumed} slots")
        for request, signatures in sad.answers.items():
            check_answer(books, sad, request, signatures, require)


def check_answer(books, sad, request, signatures, require):
    names = books.by_request[sad.name, request_digest(sad.credential, request)]
    completed = [name for name in names if books.operations[name][1] == OPERATION_COMPLETED]
    if len(completed) != 1:
        require(False, f"a released answer of SAD {sad.name} belongs to {len(completed)} completed operations")
        return
    name = completed[0]
    require(books.operations[name][2] == signatures, f"operation {name} released other signatures than it stored")
    intent = books.entries["signature.intended"].get(name)
    outcome = books.entries["signature.made"].get(name)
    if intent is None or outcome is None:
        require(False, f"operation {name} released signatures without intent and outcome in the audit log")
        return
    require(intent["seq"] < outcome["seq"], f"operation {name}: the outcome is before the intent")
    require(intent["activation"] == sad.name, f"operation {name}: the intent names another SAD")
    require(
        intent["digests"] == [digest.hex() for digest in request], f"operation {name}: the intent has other digests")


def check_ledger(books, reserved, require):
    """Promise c: every row, whether a client heard of it or not."""
    require(books.integrity == "ok", f"SQLite finds the database damaged: {books.integrity}")
    require(not books.duplicates, f"operations with two entries of a kind: {books.duplicates[:3]}")
    require(
        books.activations.keys() == books.granted.keys(), "ledger and audit log do not know the same authorizations")
    held = collections.defaultdict(collections.Counter)
    no_operation = (None, None, ())
    for activation, slots in books.slots.items():
        wanted = books.activations.get(activation, {}).get("numSignatures", 0)
        require(len(slots) == wanted, f"SAD {activation} has {len(slots)} slots for {wanted} signatures")
        consumed = sum(state == SLOT_CONSUMED for state, _ in slots)
        stored = sum(len(books.operations.get(name, no_operation)[2]) for name in {name for _, name in slots})
        require(consumed == stored, f"SAD {activation} consumed {consumed} slots for {stored} stored signatures")
        for state, name in slots:
            held[name][state] += 1
            owner = books.operations.get(name, no_operation)[0]
            require(name is None or owner == activation, f"a slot of SAD {activation} went to operation {name}")
    require(set(held[None]) <= {SLOT_AUTHORIZED}, "slots were spent by no operation")
    intended, made, unknown = (
        books.entries[kind] for kind in ["signature.intended", "signature.made", "signature.unknown"])
    require(intended.keys() == books.operations.keys(), "ledger and audit log do not know the same operations")
    require(unknown.keys() == reserved, "the operations recorded as unknown are not those that kills left reserved")
    for name, (_, state, signatures) in books.operations.items():
        digests = len(intended[name]["digests"]) if name in intended else 0
        require(
            (name in made, name in unknown) == (state == OPERATION_COMPLETED, state == OPERATION_UNKNOWN),
            f"operation {name} is in state {state}; the audit log says otherwise")
        if state == OPERATION_COMPLETED:
            require(held[name] == {SLOT_CONSUMED: digests}, f"operation {name} holds slots {held[name]} for {digests}")
            require(len(signatures) == digests, f"operation {name} stored {len(signatures)} signatures for {digests}")
            fingerprint = hashlib.sha256(b"".join(signatures)).hexdigest()
            logged = made.get(name, {}).get("signatures")
            require(logged == fingerprint, f"operation {name}: the audit log has another fingerprint")
        elif state == OPERATION_UNKNOWN:
            require(held[name] == {SLOT_RESERVED: digests}, f"operation {name} holds slots {held[name]} for {digests}")
            require(not signatures, f"operation {name} is unknown and has signatures")
            if name in intended and name in unknown:
                require(intended[name]["seq"] < unknown[name]["seq"], f"operation {name} was unknown before its intent")
        else:
            require(False, f"operation {name} is in state {state} after the last start")


def check_audit(gateway, folder, require):
    """Promise d, and that the verifier would have noticed. Returns what it says."""
    result = gateway.audit("verify")
    require(result.returncode == 0, f"audit verify: {result.stdout.strip()}")
    damages = [
        "UPDATE audit SET body = CAST(replace(body, 'portal', 'Portal') AS BLOB) WHERE sequence = 3",
        "DELETE FROM audit WHERE sequence = (SELECT max(sequence) / 2 FROM audit)",
        "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)",
    ]
    for damage in damages:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            copy = pathlib.Path(place) / "copy.sqlite"
            source, target = sqlite3.connect(gateway.database), sqlite3.connect(copy)
            source.backup(target)
            source.close()
            changed = target.execute(damage).rowcount
            target.commit()
            target.close()
            noticed = gateway.audit("verify", database=copy).returncode == 1
            require(changed == 1 and noticed, f"audit verify did not notice: {damage}")
    return result.stdout.strip()


def check_signatures(desks, keys, folder, require):
    """A sample of the signatures, with OpenSSL."""
    signed = [
        (keys[sad.credential["credentialID"]], digest, signature)
        for desk in desks for sad in desk.sads for request, answer in sad.answers.items()
        for digest, signature in zip(request, answer)
    ]
    sample = random.sample(signed, min(OPENSSL_SAMPLE, len(signed)))
    for key, digest, signature in sample:
        require(openssl_accepts(key, digest, signature, folder), f"OpenSSL refuses the signature of {digest.hex()}")
    for key, _, signature in sample[:3]:
        require(not openssl_accepts(key, os.urandom(32), signature, folder), "OpenSSL accepts any signature")
    return len(sample)


def openssl_accepts(key, digest, signature, folder):
    (folder / "digest").write_bytes(digest)
    (folder / "signature").write_bytes(signature)
    result = subprocess.run(
        [
            "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-in", folder / "digest", "-sigfile",
            folder / "signature", "-pkeyopt", "digest:sha256",
        ], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return result.returncode == 0


def check_log(gateway, secrets, require):
    """Errors in the gateway's log, and secrets. Warnings of unknown outcomes are what a kill must leave."""
    text = gateway.log.read_text(errors="replace")
    for secret in secrets:
        require(secret not in text, "a PIN, SAD or token is in the gateway's log")
    expected = ("making ", "The sandbox serves on ", "Users, tokens and credentials: ")
    warnings = collections.Counter()
    for line in text.splitlines():
        if not line or line.startswith(expected):
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            require(False, f"the gateway's log says: {line}")
            continue
        if entry["level"] == "warning":
            warnings[entry["message"]] += 1
        else:
            require(entry["level"] in ("info", "notice"), f"the gateway's log says: {line}")
    return warnings


# ------------------------------------------------------------------------------------------------------ the run


def judge(gateway, desks, reserved, keys, folder):
    require = gateway.findings.require
    kills = len(gateway.starts) - 1
    books = Books(gateway)
    check_answers(books, desks, require)
    check_ledger(books, reserved, require)
    verdict = check_audit(gateway, folder, require)
    sample = check_signatures(desks, keys, folder, require)
    secrets = [desks[0].pin] + [sad.value for desk in desks for sad in desk.sads[:20]]
    warnings = check_log(gateway, secrets, require)
    # One that was killed while it started may have come so far or not.
    surplus = books.counts["service.started"] - len(gateway.starts)
    require(0 <= surplus <= gateway.kills_while_starting, "the audit log has not the starts that there were")
    if kills >= 10:
        # Else the kills missed what they are for.
        require(reserved, "no kill fell between intent and outcome")
        require(sum(desk.replays for desk in desks), "nothing was replayed")
        require(all(desk.sads for desk in desks), "a client never worked")

    refusals = sum((desk.refusals for desk in desks), collections.Counter())
    completed = sum(state == OPERATION_COMPLETED for _, state, _ in books.operations.values())
    stored = sum(len(signatures) for _, _, signatures in books.operations.values())
    print()
    print(figures(kills, desks, len(reserved)))
    print(f"operations: {completed} completed with {stored} signatures, {len(reserved)} unknown after kills")
    print(
        f"interrupted calls: {sum(desk.interrupted for desk in desks)} of signHash, "
        f"{sum(desk.answered_after_kill for desk in desks)} of them answered when sent again")
    print("refused, as they must be: " + ", ".join(f"{count} × {text}" for text, count in refusals.most_common()))
    print(
        f"starts: {len(gateway.starts)}, the first {gateway.starts[0]:.1f} s, "
        f"then {min(gateway.starts[1:]):.1f} to {max(gateway.starts[1:]):.1f} s; "
        f"{gateway.kills_while_starting} more killed while they started")
    print(f"audit: {verdict}")
    print(f"OpenSSL verified a sample of {sample} signatures")
    for text, count in warnings.most_common():
        print(f"warnings in the gateway's log: {count} × {text}")


def end_early(number, _):
    # A second signal must not break off the cleaning up.
    for other in [signal.SIGINT, signal.SIGTERM]:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="path to countersign")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--state", type=pathlib.Path, help="new folder that is kept; default: a temporary one")
    parser.add_argument("--port", type=int, help="first port to use; default: any that are free")
    parser.add_argument(
        "--while-starting", type=float, default=0.3, metavar="SHARE",
        help="in which share of the rounds it is killed once more while it starts; default: 0.3")
    options = parser.parse_args()
    program = shutil.which(os.path.abspath(options.program))
    if program is None:
        parser.error(f"{options.program} is not a program; 'make build' makes it")
    if options.kills < 1:
        parser.error("--kills is at least 1")
    if options.state and options.state.exists():
        parser.error(f"{options.state} exists; its history would be mixed with this run's")
    for number in [signal.SIGINT, signal.SIGTERM]:
        signal.signal(number, end_early)

    folder = options.state.absolute() if options.state else pathlib.Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    findings = Findings()
    gateway = None
    keeps_folder = True
    try:
        gateway = Gateway(program, folder, *free_ports(options.port), findings)
        desks, reserved, keys = run_rounds(gateway, options.kills, options.while_starting, folder)
        gateway.stop()
        judge(gateway, desks, reserved, keys, folder)
        keeps_folder = bool(findings.texts)
    except StartFailed as error:
        findings.add(str(error))
    except SystemExit:
        keeps_folder = False
        raise
    finally:
        if gateway is not None:
            gateway.abandon()
        if options.state is None and not keeps_folder:
            shutil.rmtree(folder)
    print(f"took {time.monotonic() - begin:.0f} s")
    if findings.texts:
        print(f"\n{len(findings.texts)} violations; state and log are kept in {folder}", file=sys.stderr)
        if gateway is not None and gateway.log.exists():
            print("the last lines of the gateway's log:", file=sys.stderr)
            print("\n".join(gateway.log.read_text(errors="replace").splitlines()[-20:]), file=sys.stderr)
        sys.exit(1)
    print("The ledger kept its promises.")


if __name__ == "__main__":
    main()
