"""Attacks by addresses that the service is to call."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlsplit

from attacks.parties import attack, refused
from harness.failure import Failure, require
from harness.servers import Server


class Receiver(Server):
    """The partner's server for callbacks."""

    def __init__(self, origin):
        parts = urlsplit(origin)
        self.calls = []
        super().__init__(self.take, (parts.hostname, parts.port))

    def take(self, method, path, headers, body):
        self.calls.append((path, headers, body))
        if path == "/redirect":
            return 307, {"Location": "/followed"}, b""
        return 200 if method == "POST" else 404, {}, b""


def addresses(origin):
    """Where a signing service must not be sent. The port is one where something listens."""
    parts = urlsplit(origin)
    host, port = parts.hostname, parts.port
    loopback = (
        "127.0.0.2", "127.1", "127.0.1", "localhost", "LOCALHOST.", "ip6-localhost", "0.0.0.0", "0", "[::1]", "[::]",
        "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
        "2130706433", "017700000001", "0177.0.0.1", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "127.0.0.1.nip.io",
        "localtest.me", "%31%32%37.0.0.1", "①②⑦.⓪.⓪.①",
    )
    private = (
        "169.254.169.254", "[fe80::1]", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
        "[fc00::1]", "[fd12:3456::1]", "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "[ff02::1]",
        "255.255.255.255", "2852039166", "0xa9fea9fe", "[::ffff:169.254.169.254]", "metadata.google.internal",
    )
    for name in loopback + private:
        for scheme in ("http", "https"):
            yield f"{scheme}://{name}:{port}/done"
            yield f"{scheme}://{name}/done"
    # No registered origin.
    yield from ("https://example.com/done", f"https://{host}:{port}/done", f"http://{host}/done")
    yield from (f"http://{host}:{port}0/done", f"http://{host}:{port + 1}/done", f"http://{host}:{port}@/done")
    yield from (f"http://{host}.evil.example:{port}/done", f"http://evil.example/{origin}/done")
    # User information and what parsers make of it.
    yield from (f"http://user@{host}:{port}/done", f"http://{host}:{port}@evil.example/done")
    yield from (f"http://evil.example\\@{host}:{port}/done", f"http://evil.example#@{host}:{port}/done")
    yield from (f"{origin}@evil.example/done", f"{origin}.evil.example/done", f"http://{host}:{port}%2f@evil.example/")
    yield from (f"http:\\\\{host}:{port}\\done", f"http:{host}:{port}/done", f"//{host}:{port}/done", f"{host}:{port}")
    # Other schemes.
    yield from ("file:///etc/passwd", f"gopher://{host}:{port}/_POST%20/done", f"ftp://{host}:{port}/done")
    yield from (f"dict://{host}:{port}/x", f"ldap://{host}:{port}/x", "data:,x", "javascript:alert(1)", f"ws://{host}/")
    # No address at all.
    yield from ("", " ", "x", "http://", "https:///done", f"{origin}/a b", f"{origin}/\r\nX: y", f"\t{origin}/done")


def asynchronous(world, label, digests, sad, **extra):
    return world.sign(label, digests, world.user["serviceToken"], sad, operationMode="A", **extra)


def check_signature(world, header, body):
    """`Countersign-Signature: t=…,v1=…` over time and body, with the partner's webhook secret."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    require(abs(int(parts["t"]) - time.time()) < 60, f"the callback is of another time: {header}")
    secret = world.sandbox.fact("partner")["webhookSecret"].encode()
    expected = hmac.new(secret, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    require(hmac.compare_digest(parts["v1"], expected), "the callback is not signed by the service")


@attack
def response_uri_to_a_private_address(world):
    """response_uri sends the service to its own machine, its network, or to nobody that the partner registered.

    CSC v2 §11.13 (response_uri is the client's choice); CWE-918; the list follows what URL parsers disagree about.
    """
    label, origin = "p256-pin", world.sandbox.fact("callbackOrigin")
    digests = [world.digest()]
    with Receiver(origin) as server:
        sad = world.sad(label, digests)
        wrong = 0
        for address in addresses(origin):
            try:
                answer = asynchronous(world, label, digests, sad, response_uri=address)
                refused(answer, "invalid_request", status=400, texts=("Invalid parameter response_uri",))
            except Failure as failure:
                raise Failure(f"response_uri {address!r}: {failure}") from failure
            wrong += 1
        for value in (1, True, [f"{origin}/done"], {"url": origin}):
            answer = asynchronous(world, label, digests, sad, response_uri=value)
            refused(answer, "invalid_request", status=400, texts=("Invalid parameter response_uri",))
        require(wrong > 100, f"only {wrong} addresses were tried")
        time.sleep(0.5)
        require(not server.calls, f"the service called {[call[0] for call in server.calls]}")

        # The SAD is as good as before, and the honest address is called, once, with a signed body.
        answer = asynchronous(world, label, digests, sad, response_uri=f"{origin}/done?x=1")
        require(answer.status == 200, answer.summary())
        response_id = answer.json()["responseID"]
        signatures = polled(world, response_id)
        world.verifier.signatures(signatures, world.certificate(label), digests, world.algorithm(label))
        deadline = time.monotonic() + 20
        while not server.calls and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        require(len(server.calls) == 1, f"{len(server.calls)} callbacks")
        path, headers, body = server.calls[0]
        require(path == "/done?x=1", f"the callback went to {path}")
        check_signature(world, headers["Countersign-Signature"], body)
        told = json.loads(body)
        require(told["responseID"] == response_id and told["status"] == "completed", f"the callback says {told}")
        require(not {"signatures", "SAD", "hashes"} & set(told), f"the callback carries {sorted(told)}")

        # A registered address must not lead on to another one.
        others = [world.digest()]
        answer = asynchronous(world, label, others, world.sad(label, others), response_uri=f"{origin}/redirect")
        require(answer.status == 200, answer.summary())
        polled(world, answer.json()["responseID"])
        deadline = time.monotonic() + 20
        while len(server.calls) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1)
        paths = [call[0] for call in server.calls[1:]]
        require(paths and set(paths) == {"/redirect"}, f"the service called {paths}")


def polled(world, response_id, patience=20):
    deadline = time.monotonic() + patience
    while True:
        answer = world.call("signatures/signPolling", {"requestID": response_id}, world.user["serviceToken"])
        if answer.status == 200:
            return answer.json()["signatures"]
        require(answer.status == 202, answer.summary())
        require(time.monotonic() < deadline, "the signature does not get ready")
        time.sleep(0.2)


@attack
def result_of_somebody_else(world):
    """Another person or partner fetches the result of an asynchronous signature.

    CSC v2 §11.15 (Invalid parameter requestID); RFC 9700 §4.10.
    """
    label, digests = "p256-pin", [world.digest()]
    answer = asynchronous(world, label, digests, world.sad(label, digests))
    require(answer.status == 200, answer.summary())
    response_id = answer.json()["responseID"]
    for token in (world.sandbox.user("bob")["serviceToken"], world.party("rival").own_token()["access_token"]):
        answer = world.call("signatures/signPolling", {"requestID": response_id}, token)
        refused(answer, "invalid_request", status=400, texts=("Invalid parameter requestID",))
    body = {"requestID": response_id, "userID": world.user["username"]}
    answer = world.call("signatures/signPolling", body, world.user["serviceToken"])
    refused(answer, "invalid_request", status=400, texts=("userID parameter SHALL be null",))
    signatures = polled(world, response_id)
    world.verifier.signatures(signatures, world.certificate(label), digests, world.algorithm(label))
