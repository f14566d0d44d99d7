"""EIDAPP with the real program and the eID simulator in a process of its own, in poll and in ping mode."""

import json
import time
from html import unescape

import pytest

from eidapp.service import DENIED, GONE, INTERVAL, Service, Simulator, code_of, row
from harness.failure import require, wait_for
from harness.gateway import answers, opened
from harness.portal import digest

LABEL = "p256-eidapp"


@pytest.fixture(scope="module")
def gateway(folder):
    with Service(folder) as service:
        yield service
        service.verify_audit()


@pytest.fixture(scope="module")
def world(gateway):
    world = World(gateway)
    world.simulator.start()
    yield world
    world.simulator.process.stop()


class World:
    def __init__(self, service):
        self.service = service
        self.partner = service.partner()
        self.alice, self.bob = service.sandbox.user("alice"), service.sandbox.user("bob")
        eid = service.sandbox.fact("eid")
        self.simulator = Simulator(
            eid["issuer"], eid["clientID"], service.state / "people.json", service.state / "eid-client-secret",
            "--notification-endpoint", service.url + "/eid/notification", wire=self.partner.wire)

    def control(self, decision, **more):
        self.simulator.decide(self.simulator.last(), decision, **more)

    def press(self, user, decision):
        """What the person does in the app."""
        page = self.simulator.post(
            "/app", number=self.simulator.last()["number"], decision=decision, subject=user["eidSubject"], pin=user["pin"])
        require(("Approved." if decision == "approve" else "Refused.") in page.text, page.text)

    def denials(self):
        return [event["reason"] for event in self.service.events("authorization.denied")]


def test_approve(world):
    """approved in the app, where the person reads what is signed: the SAD signs these digests and no others"""
    digests = [digest(), digest()]
    handle = world.partner.handle(LABEL, digests, "Order 7")
    require(row(world.partner.check(handle))[0] == 202, "waits")
    message = f"Example portal: Order 7, 2 signatures, {code_of(digests)}"
    require(world.simulator.last()["bindingMessage"] == message, world.simulator.last())
    page = unescape(world.simulator.get("/app").text)
    require(message in page, "the app shows the message")
    world.press(world.alice, "approve")
    sad = world.partner.sad(handle)
    require(world.partner.sad(handle) == sad, "the same SAD again")
    refused = world.partner.sign(LABEL, [digest()], sad=sad)
    require((refused.status, refused.error) == (400, "invalid_request"), refused)
    world.partner.signed(LABEL, digests, sad=sad)
    [confirmed] = world.service.events("authorization.confirmed")
    evidence = confirmed["evidence"]
    require(evidence["provider"] == world.simulator.issuer and evidence["level"] == "high", evidence)
    require(world.alice["eidSubject"] not in json.dumps(world.service.events()), "no subject in the log")


def test_deny(world):
    """refused in the app: invalid_authentication_data, and the log says that the customer did it"""
    handle = world.partner.handle(LABEL, [digest()])
    world.press(world.alice, "deny")
    require(row(world.partner.settled(handle))[:2] == DENIED, "refused")
    require(row(world.partner.check(handle))[:2] == DENIED, "and stays so")
    require(world.denials()[-1] == "customer", world.denials())


def test_expire(world):
    """expired at the provider: the handle is invalid"""
    handle = world.partner.handle(LABEL, [digest()])
    world.control("expired_token")
    require(row(world.partner.settled(handle)) == GONE, "gone")
    require(world.denials()[-1] == "expired", world.denials())


def test_transaction_failed(world):
    """failed at the provider: invalid_authentication_data"""
    handle = world.partner.handle(LABEL, [digest()])
    world.control("transaction_failed")
    require(row(world.partner.settled(handle))[:2] == DENIED, "refused")
    require(world.denials()[-1] == "transaction_failed", world.denials())


def test_slow_down(world):
    """slow_down: the next question is 5 s later than before"""
    handle = world.partner.handle(LABEL, [digest()])
    world.control("slow-down", times=1)
    wait_for(lambda: world.partner.check(handle).status == 202 and world.simulator.last()["polls"] == 1)
    world.press(world.alice, "approve")
    begin = time.monotonic()
    require(world.partner.settled(handle).status == 200, "granted")
    # Not faster than the provider allows; how long it takes beyond that is nobody's promise.
    require(time.monotonic() - begin > INTERVAL + 5 - 1.5, "waited for the longer interval")


def test_pace(world):
    """100 checks in a row ask the provider no sooner than it allows"""
    handle = world.partner.handle(LABEL, [digest()])
    begin = time.monotonic()
    for _ in range(100):
        require(world.partner.check(handle).status == 202, "waits")
    allowed = (time.monotonic() - begin) / INTERVAL + 1
    require(world.simulator.last()["polls"] <= allowed, world.simulator.last())
    cancel_it(world, handle)


def test_wrong_person(world):
    """approved by another person, or at a low level: invalid_authentication_data, and no SAD"""
    for more, reason in (({"subject": world.bob["eidSubject"]}, "subject"),
                         ({"level": "http://eidas.europa.eu/LoA/low"}, "level"), ({"level": "unknown"}, "acr")):
        handle = world.partner.handle(LABEL, [digest()])
        world.control("approve", **more)
        require(row(world.partner.settled(handle))[:2] == DENIED, reason)
        require(world.denials()[-1] == reason, world.denials())


def cancel_it(world, handle):
    answer = world.partner.call("auth/revoke", {"token": handle})
    require(answer.status == 204, answer)
    require(row(world.partner.check(handle)) == GONE, "gone")


def test_cancel(world):
    """cancelled by the partner with auth/revoke; what the person then approves has no effect"""
    handle = world.partner.handle(LABEL, [digest()])
    cancel_it(world, handle)
    world.press(world.alice, "approve")
    require(row(world.partner.check(handle)) == GONE, "gone")
    require(world.denials()[-1] == "cancelled", world.denials())


def test_restart(world):
    """killed and started while the person is asked, and once more after the approval: the SAD comes all the same"""
    digests = [digest()]
    handle = world.partner.handle(LABEL, digests)
    world.service.kill()
    world.service.start()
    require(world.partner.check(handle).status == 202, "waits")
    world.press(world.alice, "approve")
    world.service.kill()
    world.service.start()
    sad = world.partner.sad(handle)
    world.service.stop()
    world.service.start()
    require(world.partner.sad(handle) == sad, "the same SAD")
    world.partner.signed(LABEL, digests, sad=sad)


def test_outage(world):
    """the provider stops: 503 at the start and nothing waits; 503 at a poll and the authorization goes on waiting"""
    handle = world.partner.handle(LABEL, [digest()])
    world.simulator.kill()
    wait_for(lambda: row(world.partner.check(handle))[:2] == (503, "temporarily_unavailable"))
    require(row(world.partner.begin(LABEL, [digest()]))[:2] == (503, "temporarily_unavailable"), "503")
    [noted] = world.service.events("authorization.unavailable")
    require(noted["factor"] == "EIDAPP", noted)
    world.simulator.start()
    # The simulator forgot; a provider that does not know the request any more ends it.
    require(row(world.partner.settled(handle))[:2] == DENIED, "ended")
    require(world.denials()[-1] == "invalid_grant", world.denials())
    # And everything works again.
    handle = world.partner.handle(LABEL, [digest()])
    world.press(world.alice, "approve")
    require(world.partner.settled(handle).status == 200, "granted")


def test_edited(world):
    """a question whose end was edited in the database is not ended by that: the log names it, and nothing goes on until it is undone"""
    handle = world.partner.handle(LABEL, [digest()])
    before = world.denials().count("expired")

    def move(seconds):
        with opened(world.service.database) as database:
            changed = database.execute("UPDATE pending SET expires = expires + ? WHERE state = 0", (seconds,)).rowcount
        require(changed == 1, f"{changed} waited")

    def findings():
        return world.service.events("integrity.violated")

    move(-601)
    wait_for(findings, 30)
    require({finding["table"] for finding in findings()} == {"pending"}, findings())
    require(world.partner.check(handle).status == 500, "a fault")
    require(world.denials().count("expired") == before, "nothing expired")
    move(601)
    wait_for(lambda: answers(f"{world.service.url}/health/ready"), 30)
    cancel_it(world, handle)


def test_secret(world):
    """neither the provider's id nor the handle can be found in the database"""
    handle = world.partner.handle(LABEL, [digest()])
    octets = b"".join(path.read_bytes() for path in world.service.state.glob("countersign.sqlite*"))
    require(handle.encode() not in octets, "the handle is not in the database")
    require(world.simulator.last()["id"].encode() not in octets, "the provider's id is not in the database")
    require(b"app request" in octets, "the request is")
    cancel_it(world, handle)


def test_ping(world):
    """ping mode: the provider's word makes the next check ask at once"""
    world.service.stop()
    for provider in world.service.config["eidProviders"]:
        if provider["issuer"] == world.simulator.issuer:
            provider["backchannel"]["delivery"] = "ping"
    world.service.start()
    digests = [digest()]
    handle = world.partner.handle(LABEL, digests)
    require(world.simulator.last()["isPinged"], "the provider has our token")
    wait_for(lambda: world.partner.check(handle).status == 202 and world.simulator.last()["polls"] == 1)
    world.press(world.alice, "approve")
    # The simulator has told the gateway when its page is there.
    answer = world.partner.check(handle)
    require(answer.status == 200, answer)
    sad = answer.json()["SAD"]
    require(world.simulator.last()["polls"] == 2, world.simulator.last())
    world.partner.signed(LABEL, digests, sad=sad)
    body = json.dumps({"auth_req_id": "made-up"}).encode()
    headers = [("Content-Type", "application/json"), ("Authorization", "Bearer made-up")]
    stranger = world.partner.wire.send("POST", world.service.url + "/eid/notification", headers, body)
    require(stranger.status == 401, "a stranger")
