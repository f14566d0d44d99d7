"""EIDAPP with the real program and Debian's glewlwyd: CIBA in poll mode, with a client secret and with private_key_jwt."""

import json

import pytest

from eidapp.service import DENIED, Service, code_of, row
from glewlwyd.provider import LEVEL_CLAIM, Provider
from glewlwyd.server import is_installed
from harness.failure import require, wait_for
from harness.portal import digest

LABEL = "p256-eidapp-glewlwyd"


pytestmark = pytest.mark.skipif(not is_installed(), reason="'make packages' installs glewlwyd")


@pytest.fixture(scope="module")
def world(folder, tmp_path_factory):
    with Provider(tmp_path_factory.mktemp("glewlwyd"), "ES256") as provider:
        world = World(folder, provider)
        with world.service:
            world.become("ciba")
            yield world
            world.service.verify_audit()


class World:
    def __init__(self, folder, provider):
        self.folder, self.provider = folder, provider
        self.alice = provider.people["alice"]
        self.service = Service(folder, "--eid-provider", self.file())
        self.partner = self.service.partner()

    def file(self):
        """What the sandbox is told of the provider."""
        path = self.folder / "provider.json"
        path.write_text(json.dumps({
            "label": "glewlwyd", "people": {"alice": self.alice.subject}, "issuer": self.provider.issuer,
            "allowsPlainHTTP": True, "algorithms": ["ES256"], "levelClaim": LEVEL_CLAIM, "levelSource": "userinfo",
            "levels": {"low": "low", "substantial": "substantial", "high": "high"},
            "backchannel": {"loginHint": '{"username":"{username}"}'}, **self.client("ciba"),
        }))
        return path

    def client(self, label):
        """Members of the configuration for a client of the provider."""
        client = self.provider.clients[label]
        secret, key = self.folder / f"{label}.secret", self.folder / f"{label}.key"
        secret.write_text(client.secret + "\n")
        key.write_text(client.private_key)
        how = {"method": client.authentication}
        how |= {"secretFile": str(secret)} if client.secret else {"keyFile": str(key), "algorithm": "ES256"}
        return {"clientID": client.client_id, "clientAuthentication": how}

    def become(self, label, **changes):
        """Starts the gateway as this client of the provider."""
        self.service.stop()
        for entry in self.service.config["eidProviders"]:
            if entry["issuer"] == self.provider.issuer:
                entry.update(self.client(label))
                entry["clientAuthentication"].update(changes)
        self.service.start()

    def waiting(self):
        """The one request that waits for Alice."""
        [request] = self.alice.waiting()
        return request


def approved(world, description):
    digests = [digest(), digest()]
    handle = world.partner.handle(LABEL, digests, description)
    require(world.partner.check(handle).status == 202, "waits")
    request = world.waiting()
    message = f"Example portal: {description}, 2 signatures, {code_of(digests)}"
    require(request["binding_message"] == message, request)
    world.alice.answer(request)
    world.partner.signed(LABEL, digests, sad=world.partner.sad(handle))
    evidence = world.service.events("authorization.confirmed")[-1]["evidence"]
    require(evidence["provider"] == world.provider.issuer and evidence["acr"] == "high", evidence)


def test_secret(world):
    """client secret: CIBA, EIDAPP, authorizeCheck, SAD, signHash, verified"""
    approved(world, "Order 7")


def test_key(world):
    """private_key_jwt: CIBA, EIDAPP, authorizeCheck, SAD, signHash, verified"""
    world.become("ciba-key")
    approved(world, "Order 8")
    world.become("ciba")


def test_denied(world):
    """refused by the person: invalid_authentication_data"""
    handle = world.partner.handle(LABEL, [digest()])
    world.alice.answer(world.waiting(), approve=False)
    require(row(world.partner.settled(handle))[:2] == DENIED, "refused")


def test_restarts(world):
    """gateway and provider are killed while the person is asked, and start again: the SAD comes all the same"""
    digests = [digest()]
    handle = world.partner.handle(LABEL, digests)
    world.service.kill()
    world.provider.server.kill()
    world.service.start()
    wait_for(lambda: row(world.partner.check(handle))[0] == 503)
    require(row(world.partner.begin(LABEL, [digest()]))[0] == 503, "503 at the start")
    world.provider.start()
    world.alice.answer(world.waiting())
    world.partner.signed(LABEL, digests, sad=world.partner.sad(handle))


def test_misconfigured(world):
    """a wrong secret, or a statement for the issuer, which glewlwyd refuses: 500, nothing waits, the log has the reason"""
    wrong = world.folder / "wrong"
    wrong.write_text("wrong\n")
    for label, changes in (("ciba", {"secretFile": str(wrong)}), ("ciba-key", {"audience": "issuer"})):
        world.become(label, **changes)
        require(row(world.partner.begin(LABEL, [digest()]))[:2] == (500, "server_error"), label)
        require(not world.alice.waiting(), "nobody was asked")
        require("eidProvider" in world.service.log.read_text(), "the log tells")
    world.become("ciba")
