#!/usr/bin/env python3
"""EIDAPP with the real program and the eID simulator in a process of its own, in poll and in ping mode.

    simulator.py PROGRAM
"""

import hashlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from html import unescape
from urllib.parse import urlencode

from gateway import Partner, Service, code_of, require, run, send, temporary_folder, wait_for

LABEL = "p256-eidapp"
INTERVAL = 2
DENIED = (400, "invalid_authentication_data")
GONE = (400, "invalid_request", "Invalid parameter handle")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def row(answer):
    status, body = answer
    return status, body.get("error"), body.get("error_description")


class Simulator:
    def __init__(self, service):
        eid = service.facts["eid"]
        self.issuer = eid["issuer"]
        state = service.state
        self.process = subprocess.Popen(
            [
                service.program, "eid-simulator", "--port", self.issuer.rsplit(":", 1)[1], "--client-id", eid["clientID"],
                "--people", state / "people.json", "--client-secret-file", state / "eid-client-secret",
                "--notification-endpoint", service.url + "/eid/notification", "--interval", str(INTERVAL),
            ], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._is_ready)

    def _is_ready(self):
        try:
            return send("GET", self.issuer + "/jwks")[0] == 200
        except OSError:
            return False

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)

    def requests(self):
        return json.loads(send("GET", self.issuer + "/control/requests")[2])

    def last(self):
        return self.requests()[-1]

    def control(self, decision, **more):
        form = urlencode({"number": self.last()["number"], "decision": decision, **more}).encode()
        status, _, _ = send("POST", self.issuer + "/control/requests", form, FORM)
        require(status == 204, f"the simulator says {status}")

    def press(self, user, decision):
        """What the person does in the app."""
        form = urlencode({
            "number": self.last()["number"], "decision": decision, "subject": user["eidSubject"], "pin": user["pin"],
        }).encode()
        _, _, page = send("POST", self.issuer + "/app", form, FORM)
        require((b"Approved." if decision == "approve" else b"Refused.") in page, page.decode())


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class World:
    def __init__(self, service, simulator):
        self.service, self.simulator = service, simulator
        self.partner = Partner(service)
        self.alice, self.bob = service.facts["users"]

    def digests(self, count=1):
        """New ones each time."""
        return [hashlib.sha256(os.urandom(16)).digest() for _ in range(count)]

    def denials(self):
        return [event["reason"] for event in self.service.audit() if event["kind"] == "authorization.denied"]


def approve(world):
    """approved in the app, where the person reads what is signed: the SAD signs these digests and no others"""
    digests = world.digests(2)
    handle = world.partner.handle(LABEL, digests, "Order 7")
    require(row(world.partner.check(handle))[0] == 202, "waits")
    message = f"Example portal: Order 7, 2 signatures, {code_of(digests)}"
    require(world.simulator.last()["bindingMessage"] == message, world.simulator.last())
    page = unescape(send("GET", world.simulator.issuer + "/app")[2].decode())
    require(message in page, "the app shows the message")
    world.simulator.press(world.alice, "approve")
    status, answer = world.partner.wait(handle)
    require(status == 200, answer)
    again = world.partner.check(handle)[1]
    require(again["SAD"] == answer["SAD"], "the same SAD again")
    status, refused = world.partner.sign(LABEL, answer["SAD"], world.digests())
    require((status, refused["error"]) == (400, "invalid_request"), refused)
    require(world.partner.sign(LABEL, answer["SAD"], digests)[0] == 200, "signs")
    (confirmed,) = [event for event in world.service.audit() if event["kind"] == "authorization.confirmed"]
    evidence = confirmed["evidence"]
    require(evidence["provider"] == world.simulator.issuer and evidence["level"] == "high", evidence)
    require(world.alice["eidSubject"] not in json.dumps(world.service.audit()), "no subject in the log")


def deny(world):
    """refused in the app: invalid_authentication_data, and the log says that the customer did it"""
    handle = world.partner.handle(LABEL, world.digests())
    world.simulator.press(world.alice, "deny")
    require(row(world.partner.wait(handle))[:2] == DENIED, "refused")
    require(row(world.partner.check(handle))[:2] == DENIED, "and stays so")
    require(world.denials()[-1] == "customer", world.denials())


def expire(world):
    """expired at the provider: the handle is invalid"""
    handle = world.partner.handle(LABEL, world.digests())
    world.simulator.control("expired_token")
    require(row(world.partner.wait(handle)) == GONE, "gone")
    require(world.denials()[-1] == "expired", world.denials())


def transaction_failed(world):
    """failed at the provider: invalid_authentication_data"""
    handle = world.partner.handle(LABEL, world.digests())
    world.simulator.control("transaction_failed")
    require(row(world.partner.wait(handle))[:2] == DENIED, "refused")
    require(world.denials()[-1] == "transaction_failed", world.denials())


def slow_down(world):
    """slow_down: the next question is 5 s later than before"""
    handle = world.partner.handle(LABEL, world.digests())
    world.simulator.control("slow-down", times=1)
    wait_for(lambda: world.partner.check(handle)[0] == 202 and world.simulator.last()["polls"] == 1)
    world.simulator.press(world.alice, "approve")
    begin = time.monotonic()
    require(world.partner.wait(handle)[0] == 200, "granted")
    # Not faster than the provider allows; how long it takes beyond that is nobody's promise.
    require(time.monotonic() - begin > INTERVAL + 5 - 1.5, "waited for the longer interval")


def pace(world):
    """100 checks in a row ask the provider no sooner than it allows"""
    handle = world.partner.handle(LABEL, world.digests())
    begin = time.monotonic()
    for _ in range(100):
        require(world.partner.check(handle)[0] == 202, "waits")
    allowed = (time.monotonic() - begin) / INTERVAL + 1
    require(world.simulator.last()["polls"] <= allowed, world.simulator.last())
    cancel_it(world, handle)


def wrong_person(world):
    """approved by another person, or at a low level: invalid_authentication_data, and no SAD"""
    for more, reason in (({"subject": world.bob["eidSubject"]}, "subject"),
                         ({"level": "http://eidas.europa.eu/LoA/low"}, "level"), ({"level": "unknown"}, "acr")):
        handle = world.partner.handle(LABEL, world.digests())
        world.simulator.control("approve", **more)
        require(row(world.partner.wait(handle))[:2] == DENIED, reason)
        require(world.denials()[-1] == reason, world.denials())


def cancel_it(world, handle):
    status, answer = world.partner.call("auth/revoke", {"token": handle})
    require(status == 204, answer)
    require(row(world.partner.check(handle)) == GONE, "gone")


def cancel(world):
    """cancelled by the partner with auth/revoke; what the person then approves has no effect"""
    handle = world.partner.handle(LABEL, world.digests())
    cancel_it(world, handle)
    world.simulator.press(world.alice, "approve")
    require(row(world.partner.check(handle)) == GONE, "gone")
    require(world.denials()[-1] == "cancelled", world.denials())


def restart(world):
    """killed and started while the person is asked, and once more after the approval: the SAD comes all the same"""
    digests = world.digests()
    handle = world.partner.handle(LABEL, digests)
    world.service.stop(kill=True)
    world.service.start()
    require(world.partner.check(handle)[0] == 202, "waits")
    world.simulator.press(world.alice, "approve")
    world.service.stop(kill=True)
    world.service.start()
    status, answer = world.partner.wait(handle)
    require(status == 200, answer)
    world.service.stop()
    world.service.start()
    require(world.partner.check(handle)[1]["SAD"] == answer["SAD"], "the same SAD")
    require(world.partner.sign(LABEL, answer["SAD"], digests)[0] == 200, "signs")


def outage(world):
    """the provider stops: 503 at the start and nothing waits; 503 at a poll and the authorization goes on waiting"""
    handle = world.partner.handle(LABEL, world.digests())
    world.simulator.process.kill()
    world.simulator.process.wait()
    wait_for(lambda: row(world.partner.check(handle))[:2] == (503, "temporarily_unavailable"))
    require(row(world.partner.begin(LABEL, world.digests()))[:2] == (503, "temporarily_unavailable"), "503")
    (noted,) = [event for event in world.service.audit() if event["kind"] == "authorization.unavailable"]
    require(noted["factor"] == "EIDAPP", noted)
    world.simulator = Simulator(world.service)
    # The simulator forgot; a provider that does not know the request any more ends it.
    require(row(world.partner.wait(handle))[:2] == DENIED, "ended")
    require(world.denials()[-1] == "invalid_grant", world.denials())
    # And everything works again.
    handle = world.partner.handle(LABEL, world.digests())
    world.simulator.press(world.alice, "approve")
    require(world.partner.wait(handle)[0] == 200, "granted")


def edited(world):
    """a question whose end was edited in the database is not ended by that: the log names the row, and its caller gets 500"""
    handle = world.partner.handle(LABEL, world.digests())
    before = world.denials().count("expired")

    def move(seconds):
        database = sqlite3.connect(world.service.state / "countersign.sqlite", timeout=10)
        with database:
            changed = database.execute("UPDATE pending SET expires = expires + ? WHERE state = 0", (seconds,)).rowcount
        database.close()
        require(changed == 1, f"{changed} waited")

    def findings():
        return [event for event in world.service.audit() if event["kind"] == "integrity.violated"]

    move(-601)
    wait_for(lambda: len(findings()) == 1, 30)
    require(findings()[0]["table"] == "pending", findings())
    require(world.partner.check(handle)[0] == 500, "a fault")
    require(world.denials().count("expired") == before, "nothing expired")
    move(601)
    cancel_it(world, handle)


def secret(world):
    """neither the provider's id nor the handle can be found in the database"""
    handle = world.partner.handle(LABEL, world.digests())
    octets = b"".join(path.read_bytes() for path in world.service.state.glob("countersign.sqlite*"))
    require(handle.encode() not in octets, "the handle is not in the database")
    require(world.simulator.last()["id"].encode() not in octets, "the provider's id is not in the database")
    require(b"app request" in octets, "the request is")
    cancel_it(world, handle)


def settings(world):
    """'config check' takes every way to authenticate at a provider, and names what is wrong"""
    state = world.service.state
    key, certificate = str(state / "tls-key.pem"), str(state / "tls-certificate.pem")
    secret_file, assertion_key = str(state / "eid-client-secret"), str(state / "partner-assertion-key.pem")

    def check(changes):
        config = json.loads(json.dumps(world.service.config))
        config["eidProviders"][0] |= changes
        path = state / "checked.json"
        path.write_text(json.dumps(config))
        result = subprocess.run(
            [world.service.program, "config", "check", "--config", path], capture_output=True, text=True)
        return "" if result.returncode == 0 else result.stderr + result.stdout

    def authentication(**members):
        return {"clientAuthentication": members}

    for good in (
        authentication(method="none"), authentication(method="client_secret_post", secretFile=secret_file),
        authentication(method="private_key_jwt", keyFile=assertion_key, keyID="k", audience="issuer"),
        authentication(method="tls_client_auth", certificateFile=certificate, keyFile=key),
        {"ciba": {"delivery": "ping", "scope": "openid profile", "acrValues": ["a", "b"],
                  "loginHint": '{"username":"{username}"}'}},
    ):
        require(not check(good), f"{good}: {check(good)}")
    for bad, named in (
        (authentication(method="client_secret_jwt"), '"method"'), (authentication(), '"method"'),
        (authentication(method="client_secret_basic"), '"secretFile"'),
        (authentication(method="private_key_jwt", keyFile=assertion_key, algorithm="RS256"), '"keyFile"'),
        (authentication(method="private_key_jwt", keyFile=assertion_key, algorithm="HS256"), '"algorithm"'),
        (authentication(method="private_key_jwt", keyFile=assertion_key, audience="token"), '"audience"'),
        (authentication(method="tls_client_auth", keyFile=key), '"certificateFile"'),
        (authentication(method="none", secretFile=secret_file), '"secretFile"'),
        ({"clientSecretFile": secret_file}, '"clientSecretFile"'),
        ({"ciba": {"delivery": "push"}}, '"delivery"'), ({"ciba": {"scope": "profile"}}, '"scope"'),
        ({"ciba": {"acrValues": ["a b"]}}, '"acrValues"'), ({"ciba": {"loginHint": "alice"}}, '"loginHint"'),
        ({"ciba": {"loginHint": '{"username":{username}'}}, '"loginHint"'), ({"ciba": {"mode": "poll"}}, '"mode"'),
    ):
        require(named in check(bad), f"{bad}: {check(bad)}")


def ping(world):
    """ping mode: the provider's word makes the next check ask at once"""
    world.service.stop()
    for provider in world.service.config["eidProviders"]:
        if provider["issuer"] == world.simulator.issuer:
            provider["ciba"]["delivery"] = "ping"
    world.service.start()
    digests = world.digests()
    handle = world.partner.handle(LABEL, digests)
    require(world.simulator.last()["isPinged"], "the provider has our token")
    wait_for(lambda: world.partner.check(handle)[0] == 202 and world.simulator.last()["polls"] == 1)
    world.simulator.press(world.alice, "approve")
    # The simulator has told the gateway when its page is there.
    status, answer = world.partner.check(handle)
    require(status == 200, answer)
    require(world.simulator.last()["polls"] == 2, world.simulator.last())
    require(world.partner.sign(LABEL, answer["SAD"], digests)[0] == 200, "signs")
    body = json.dumps({"auth_req_id": "made-up"}).encode()
    headers = {"Content-Type": "application/json", "Authorization": "Bearer made-up"}
    require(send("POST", world.service.url + "/eid/notification", body, headers)[0] == 401, "a stranger")


SCENARIOS = [
    approve, deny, expire, transaction_failed, slow_down, pace, wrong_person, cancel, restart, outage, edited, secret,
    settings, ping]


def main():
    program = sys.argv[1]
    with temporary_folder() as folder:
        service = Service(program, f"{folder}/state", free_ports(2))
        simulator = None
        try:
            service.start()
            simulator = Simulator(service)
            world = World(service, simulator)
            return run(SCENARIOS, lambda scenario: scenario(world))
        finally:
            service.stop()
            if simulator is not None:
                world.simulator.stop()


if __name__ == "__main__":
    sys.exit(main())
