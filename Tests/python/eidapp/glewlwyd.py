#!/usr/bin/env python3
"""EIDAPP with the real program and Debian's glewlwyd: CIBA in poll mode, with a client secret and with private_key_jwt.

    glewlwyd.py PROGRAM
"""

import hashlib
import json
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "glewlwyd"))
from gateway import Partner, Service, code_of, require, run, temporary_folder, wait_for  # noqa: E402
from provider import LEVEL_CLAIM, Provider  # noqa: E402
from simulator import DENIED, free_ports, row  # noqa: E402

LABEL = "p256-eidapp-glewlwyd"


class World:
    def __init__(self, program, folder):
        self.folder = Path(folder)
        (self.folder / "glewlwyd").mkdir()
        self.provider = Provider(self.folder / "glewlwyd", "ES256").start()
        self.service = None
        try:
            self.alice = self.provider.people["alice"]
            self.service = Service(program, f"{folder}/state", free_ports(2), ["--eid-provider", self.file()])
            self.become("ciba")
        except BaseException:
            self.stop()
            raise
        self.partner = Partner(self.service)

    def stop(self):
        if self.service is not None:
            self.service.stop()
        self.provider.stop()

    def file(self):
        """What the sandbox is told of the provider."""
        path = self.folder / "provider.json"
        path.write_text(json.dumps({
            "label": "glewlwyd", "people": {"alice": self.alice.subject}, "issuer": self.provider.issuer,
            "allowsPlainHTTP": True, "algorithms": ["ES256"], "levelClaim": LEVEL_CLAIM, "levelSource": "userinfo",
            "levels": {"low": "low", "substantial": "substantial", "high": "high"},
            "ciba": {"loginHint": '{"username":"{username}"}'}, **self.client("ciba"),
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

    def digests(self, count=1):
        return [hashlib.sha256(os.urandom(16)).digest() for _ in range(count)]

    def waiting(self):
        """The one request that waits for Alice."""
        (request,) = self.alice.waiting()
        return request

    def signs(self, digests, handle):
        status, answer = self.partner.wait(handle)
        require(status == 200, answer)
        require(self.partner.sign(LABEL, answer["SAD"], digests)[0] == 200, "signs, and the signatures verify")


def approved(world, description):
    digests = world.digests(2)
    handle = world.partner.handle(LABEL, digests, description)
    require(world.partner.check(handle)[0] == 202, "waits")
    request = world.waiting()
    message = f"Example portal: {description}, 2 signatures, {code_of(digests)}"
    require(request["binding_message"] == message, request)
    world.alice.answer(request)
    world.signs(digests, handle)
    confirmed = [event for event in world.service.audit() if event["kind"] == "authorization.confirmed"][-1]
    evidence = confirmed["evidence"]
    require(evidence["provider"] == world.provider.issuer and evidence["acr"] == "high", evidence)


def secret(world):
    """client secret: CIBA, EIDAPP, authorizeCheck, SAD, signHash, verified"""
    approved(world, "Order 7")


def key(world):
    """private_key_jwt: CIBA, EIDAPP, authorizeCheck, SAD, signHash, verified"""
    world.become("ciba-key")
    approved(world, "Order 8")
    world.become("ciba")


def denied(world):
    """refused by the person: invalid_authentication_data"""
    handle = world.partner.handle(LABEL, world.digests())
    world.alice.answer(world.waiting(), approve=False)
    require(row(world.partner.wait(handle))[:2] == DENIED, "refused")


def restarts(world):
    """gateway and provider are killed while the person is asked, and start again: the SAD comes all the same"""
    digests = world.digests()
    handle = world.partner.handle(LABEL, digests)
    world.service.stop(kill=True)
    world.provider.server.kill()
    world.service.start()
    wait_for(lambda: row(world.partner.check(handle))[0] == 503)
    require(row(world.partner.begin(LABEL, world.digests()))[0] == 503, "503 at the start")
    world.provider.start()
    world.alice.answer(world.waiting())
    world.signs(digests, handle)


def misconfigured(world):
    """a wrong secret, or a statement for the issuer, which glewlwyd refuses: 500, nothing waits, the log has the reason"""
    wrong = world.folder / "wrong"
    wrong.write_text("wrong\n")
    for label, changes in (("ciba", {"secretFile": str(wrong)}), ("ciba-key", {"audience": "issuer"})):
        world.become(label, **changes)
        require(row(world.partner.begin(LABEL, world.digests()))[:2] == (500, "server_error"), label)
        require(not world.alice.waiting(), "nobody was asked")
        require("eidProvider" in world.service.log.read_text(), "the log tells")
    world.become("ciba")


SCENARIOS = [secret, key, denied, restarts, misconfigured]


def main():
    with temporary_folder() as folder:
        world = World(sys.argv[1], folder)
        try:
            return run(SCENARIOS, lambda scenario: scenario(world))
        finally:
            world.stop()


if __name__ == "__main__":
    sys.exit(main())
