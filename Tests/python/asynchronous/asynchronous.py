#!/usr/bin/env python3
"""Asynchronous signing with the real program: many calls at once, and a gateway that is killed in the middle.

Promised is:

 a. Every accepted call ends, although the gateway is killed or stopped, and its responseID then gives valid signatures,
    the same ones at every poll.
 b. The partner's receiver is told of each once, by a signed call; after a kill it may be told again, under the same id.
 c. No authorization gives more signatures than it was for; a refused call costs nothing.
 d. The audit log is whole. It has one outcome for each call, and a kill leaves none of them unknown.

Exit codes: 0 the promises held, 1 they did not, 2 wrong usage.
"""

import argparse
import base64
import collections
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "crash"))
from books import OPERATION_COMPLETED, SLOT_CONSUMED  # noqa: E402
from clients import SHA256, encoded  # noqa: E402
from findings import Findings  # noqa: E402
import gateway as crash_gateway  # noqa: E402
from gateway import StartFailed, free_ports  # noqa: E402
from promises import openssl_accepts  # noqa: E402

CALLS = 200
# Digests of one call when the gateway shall be busy for a while: RSA takes its time.
LARGE = 8
ANSWER_LIMIT = 60.0
END_LIMIT = 120.0
# How long after the first acceptance the gateway is killed, as a share of the time that all calls take.
KILL_MOMENTS = (0.15, 0.75)
MISSES = 5
ALGORITHMS = {"p256": "1.2.840.10045.4.3.2", "rsa2048": "1.2.840.113549.1.1.11"}
TOLERANCE = 300


class Gateway(crash_gateway.Gateway):
    """The sandbox of the crash test, with the receiver's address."""

    origin = None

    def launch(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [
                    self.program, "sandbox", "--state", self.state, "--port", str(self.ports[0]), "--tls-port",
                    str(self.ports[1]), "--log-level", "notice", "--callback-origin", self.origin,
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )


# ------------------------------------------------------------------------------------------------- the receiver


class Receiver:
    """The partner's server: takes calls, checks their signatures, and refuses a share of them at first."""

    def __init__(self, findings):
        self.findings = findings
        self.secret = None
        self.lock = threading.Lock()
        self.calls = collections.defaultdict(list)
        self.refuses = 0.0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.take(self.path, self.headers.get("Countersign-Signature", ""), body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def take(self, path, signature, body):
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


# ------------------------------------------------------------------------------------------------- the client


class Call:
    """One call in mode A, with an authorization of its own."""

    def __init__(self, credential, digests, sad):
        self.credential = credential
        self.digests = digests
        self.sad = sad
        self.response_id = None
        self.signatures = None
        self.polls = 0

    @property
    def activation(self):
        return hashlib.sha256(base64.urlsafe_b64decode(self.sad)).hexdigest()


class Client:
    def __init__(self, gateway, receiver, sandbox, findings):
        self.gateway = gateway
        self.receiver = receiver
        self.findings = findings
        self.user = sandbox["users"][0]
        self.credentials = {entry["label"]: entry for entry in sandbox["credentials"]}

    def post(self, method, body, version="v2"):
        """Status and answer; None if the gateway was killed meanwhile."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.ports[0], timeout=ANSWER_LIMIT)
        try:
            connection.request(
                "POST", f"/csc/{version}/{method}", json.dumps(body),
                {"Authorization": f"Bearer {self.user['serviceToken']}", "Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException) as error:
            if not self.gateway.is_dying:
                self.findings.add(f"{method} got no answer although nobody killed the gateway: {error!r}")
            return None
        finally:
            connection.close()

    def authorize(self, label, count, is_bound):
        credential = self.credentials[label]
        digests = [os.urandom(32) for _ in range(count)]
        body = {"credentialID": credential["credentialID"], "numSignatures": count, "PIN": self.user["pin"]}
        if is_bound or credential["scal"] == 2:
            body |= {"hashes": [encoded(digest) for digest in digests], "hashAlgorithmOID": SHA256}
        status, answer = self.post("credentials/authorize", body)
        if status != 200:
            raise StartFailed(f"credentials/authorize answered {status} {answer}")
        return Call(credential, digests, answer["SAD"])

    def submit(self, call):
        """Sends the call; remembers its responseID if there is an answer."""
        body = {
            "credentialID": call.credential["credentialID"], "SAD": call.sad,
            "hashes": [encoded(digest) for digest in call.digests],
            "signAlgo": ALGORITHMS[call.credential["key"]], "operationMode": "A",
            "response_uri": f"{self.receiver.origin}/signed?n=1",
        }
        found = self.post("signatures/signHash", body)
        if found is None:
            return
        status, answer = found
        if status != 200 or set(answer) != {"responseID"}:
            self.findings.add(f"signHash in mode A answered {status} {answer}")
            return
        self.findings.require(
            call.response_id in (None, answer["responseID"]), "the same call again got another responseID")
        call.response_id = answer["responseID"]

    def poll(self, call):
        """Whether the call has ended."""
        found = self.post("signatures/signPolling", {"requestID": call.response_id})
        if found is None:
            return False
        call.polls += 1
        status, answer = found
        if status == 202:
            self.findings.require(answer["error"] == "accepted_request", f"202 with {answer}")
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
            thread.join(2 * ANSWER_LIMIT)
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


# ------------------------------------------------------------------------------------------------- the rounds


def quiet_round(client):
    """All calls at once, and nothing goes wrong."""
    labels = ["p256-pin", "rsa2048-pin", "p256-scal2"]
    calls = [client.authorize(random.choice(labels), random.randint(1, 3), random.random() < 0.5) for _ in range(CALLS)]
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
    return [client.authorize("rsa2048-pin", LARGE, random.random() < 0.5) for _ in range(CALLS)]


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
    """From a copy: whoever opens the file itself would repair it, which is the gateway's task."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / database.name
        for suffix in ["", "-wal"]:
            source = database.with_name(database.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        db = sqlite3.connect(copy)
        try:
            return [row[0] for row in db.execute("SELECT id FROM job WHERE state = 0")]
        finally:
            db.close()


# ------------------------------------------------------------------------------------------------- the promises


def public_keys(client, folder):
    keys = {}
    for label in ["p256-pin", "rsa2048-pin", "p256-scal2"]:
        name = client.credentials[label]["credentialID"]
        _, answer = client.post("credentials/info", {"credentialID": name})
        keys[name] = folder / f"{label}.pem"
        subprocess.run(
            ["openssl", "x509", "-inform", "DER", "-noout", "-pubkey", "-out", keys[name]],
            input=base64.b64decode(answer["cert"]["certificates"][0]), check=True)
    return keys


def check_signatures(calls, keys, folder, require):
    """Of every call one signature with OpenSSL, and that there are as many as were asked for."""
    for call in calls:
        if call.signatures is None:
            require(False, f"call {call.response_id} has no signatures")
            continue
        require(len(call.signatures) == len(call.digests), "a call got more or fewer signatures than digests")
        digest, signature = random.choice(list(zip(call.digests, call.signatures)))
        key = keys[call.credential["credentialID"]]
        require(
            openssl_accepts(key, digest, signature, folder), f"OpenSSL refuses a signature of {call.response_id}")
    require(not openssl_accepts(key, os.urandom(32), signature, folder), "OpenSSL accepts any signature")


def check_notices(calls, receiver, require):
    """Returns how many were told, and confirmed, more than once after a kill."""
    names = {call.response_id for call in calls}
    require(names == set(receiver.calls), "the receiver was told of calls that there are not, or not of all")
    events = set()
    repeated = 0
    for name in names & set(receiver.calls):
        told = receiver.calls[name]
        repeated += sum(not refused for _, _, refused in told) > 1
        ids = {event["id"] for event, _, _ in told}
        require(len(ids) == 1, f"one end of a call was told under {len(ids)} ids")
        events |= ids
        for event, path, _ in told:
            require(
                set(event) == {"id", "type", "responseID", "status"} and event["type"] == "signature"
                and event["status"] == "completed" and path == "/signed?n=1", f"the receiver was told {event} at {path}")
    require(len(events) == len(names), "two calls were told under one id")
    return repeated


def check_books(gateway, calls, require):
    db = sqlite3.connect(gateway.database)
    slots = collections.defaultdict(collections.Counter)
    for activation, state in db.execute("SELECT activation, state FROM slot"):
        slots[activation.hex()][state] += 1
    operations = dict(db.execute("SELECT id, state FROM operation"))
    jobs = {name: (operation, state) for name, operation, state in db.execute("SELECT id, operation, state FROM job")}
    notices = db.execute("SELECT count(*) FROM notice").fetchone()[0]
    db.close()
    require(notices == 0, f"{notices} notices are left")
    require(set(jobs) == {call.response_id for call in calls}, "the store has other jobs than were accepted")
    for call in calls:
        require(
            slots[call.activation] == {SLOT_CONSUMED: len(call.digests)},
            f"the slots of a call are {dict(slots[call.activation])} for {len(call.digests)} signatures")
        operation, state = jobs.get(call.response_id, (None, None))
        require(
            (state, operations.get(operation)) == (1, OPERATION_COMPLETED), f"job {call.response_id}: {state}")
    kinds = collections.defaultdict(collections.Counter)
    listing = gateway.audit("list")
    listing.check_returncode()
    for entry in map(json.loads, listing.stdout.splitlines()):
        kinds[entry["kind"]][entry.get("operation")] += 1
    made = kinds["signature.made"]
    require(set(made) == {operation for operation, _ in jobs.values()}, "other operations were completed than jobs")
    require(all(count == 1 for count in made.values()), "an operation was completed twice")
    require(not kinds["signature.unknown"], "the outcome of an operation is unknown")
    require(set(kinds["signature.intended"]) == set(operations), "an operation has no intent in the audit log")
    verdict = gateway.audit("verify")
    require(verdict.returncode == 0, f"audit verify: {verdict.stdout.strip()}")
    return sum(kinds["signature.resumed"].values()), verdict.stdout.strip()


def check_log(gateway, secrets, require):
    text = gateway.log.read_text(errors="replace")
    for secret in secrets:
        require(secret not in text, "a secret is in the gateway's log")
    for line in text.splitlines():
        if line.startswith("{"):
            entry = json.loads(line)
            require(entry["level"] in ("info", "notice"), f"the gateway's log says: {line}")


# ------------------------------------------------------------------------------------------------- the run


def run(gateway, kills, folder):
    findings = gateway.findings
    require = findings.require
    receiver = Receiver(findings)
    gateway.origin = receiver.origin
    sandbox = gateway.start()
    require(sandbox["callbackOrigin"] == receiver.origin, "sandbox.json has another callbackOrigin")
    receiver.secret = sandbox["partner"]["webhookSecret"]
    client = Client(gateway, receiver, sandbox, findings)
    keys = public_keys(client, folder)

    calls = quiet_round(client)
    print(f"{len(calls)} calls at once: all ended, each told once, {sum(call.polls for call in calls)} polls", flush=True)
    more, busy = measure(client)
    calls += more
    receiver.refuses = 0.2
    interrupted = 0
    # More of them if none met what it is for: how long the gateway is busy is only guessed.
    for number in range(kills + MISSES):
        if findings.texts or (number >= kills and interrupted):
            break
        more, left = killed_round(client, gateway, busy, gateway.kill)
        calls += more
        interrupted += left
        print(f"kill {number + 1}: {left} of {len(more)} calls were open, all ended after the start", flush=True)
    if not findings.texts:
        more, left = killed_round(client, gateway, busy, gateway.stop)
        calls += more
        print(f"stop: {left} of {len(more)} calls were open, all ended after the start", flush=True)
    require(interrupted, "no kill met an open call")
    gateway.stop()

    check_signatures(calls, keys, folder, require)
    repeated = check_notices(calls, receiver, require)
    resumed, verdict = check_books(gateway, calls, require)
    require(resumed >= interrupted, f"{resumed} calls are recorded as resumed, {interrupted} were open")
    secrets = [client.user["pin"], client.user["serviceToken"], receiver.secret] + [call.sad for call in calls[:20]]
    check_log(gateway, secrets, require)
    signatures = sum(len(call.signatures or []) for call in calls)
    print(f"{len(calls)} calls, {signatures} signatures, {resumed} resumed, {repeated} told more than once; {verdict}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="path to countersign-sandbox")
    parser.add_argument("--kills", type=int, default=3)
    options = parser.parse_args()
    program = shutil.which(os.path.abspath(options.program))
    if program is None:
        parser.error(f"{options.program} is not a program; 'make build' makes it")

    folder = pathlib.Path(tempfile.mkdtemp())
    findings = Findings()
    gateway = Gateway(program, folder, *free_ports(None), findings)
    try:
        run(gateway, options.kills, folder)
    except StartFailed as error:
        findings.add(str(error))
    finally:
        gateway.abandon()
        if not findings.texts:
            shutil.rmtree(folder)
    if findings.texts:
        print(f"\n{len(findings.texts)} violations; state and log are kept in {folder}", file=sys.stderr)
        sys.exit(1)
    print("Asynchronous signing kept its promises.")


if __name__ == "__main__":
    main()
