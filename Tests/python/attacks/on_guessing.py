"""Guessing from one address and from many. Every attack has addresses of its own (127.x.y.z), so none disturbs another."""

import itertools
import math
import secrets
import time
from pathlib import Path

from attacks.on_limits import log_in_by_api
from attacks.parties import attack, granted, refused
from harness.failure import require
from harness.gateway import Instance
from harness.wire import Wire

ADDRESSES = (f"127.{100 + i // 62500}.{i // 250 % 250}.{1 + i % 250}" for i in itertools.count())


class From:
    """The world as seen from another address."""

    def __init__(self, world, address=None):
        self.sandbox = world.sandbox
        self.wire = Wire(world.sandbox.trust_anchor, source=address or next(ADDRESSES))

    def log_in(self, username, password="wrong"):
        return log_in_by_api(self, username, password)


def held(answer):
    body = refused(answer, "temporarily_unavailable", status=429)
    retry = answer.header("Retry-After")
    require(retry is not None and retry.isdigit() and 0 < int(retry) <= 900, f"Retry-After {retry}")
    return body


@attack
def password_spraying(world):
    """One password is tried on many names from one address; then that address waits, and nobody else.

    NIST SP 800-63B §5.2.2; MITRE ATT&CK T1110.003.
    """
    here, elsewhere = From(world), From(world)
    bob = world.sandbox.user("bob")
    for tries in range(1, 200):
        answer = here.log_in(f"name-{secrets.token_hex(4)}", "Summer2026!")
        if answer.status == 429:
            break
        refused(answer, "authentication_error", status=400)
    held(answer)
    require(50 <= tries <= 110, f"{tries} names before a pause")
    # For the right password of somebody too, and at the other door.
    held(here.log_in(bob["username"], bob["password"]))
    require(elsewhere.log_in(bob["username"], bob["password"]).status == 200, "another address pays for it")
    operate(world, "attempts", "forget", "--address", here.wire.source[0])
    require(here.log_in(bob["username"], bob["password"]).status == 200, "the operator cannot end it")


@attack
def guessing_from_many_addresses(world):
    """One name is guessed from ever new addresses; its owner still gets in where he was before.

    NIST SP 800-63B §5.2.2; OWASP, Blocking Brute Force Attacks (locking accounts is a denial of service).
    """
    bob, home = world.sandbox.user("bob"), From(world)
    require(home.log_in(bob["username"], bob["password"]).status == 200, "the honest way does not work")
    for name in (bob["username"], "nobody-" + secrets.token_hex(4)):
        for tries in range(1, 60):
            answer = From(world).log_in(name)
            if answer.status == 429:
                break
            refused(answer, "authentication_error", status=400)
        held(answer)
        require(tries <= 25, f"{tries} addresses before a pause")
        held(From(world).log_in(name))
    held(From(world).log_in(bob["username"], bob["password"]))
    require(home.log_in(bob["username"], bob["password"]).status == 200, "the owner is locked out at home")
    require(From(world).log_in(world.user["username"], world.user["password"]).status == 200, "others pay for it")


@attack
def lock_tells_no_names(world):
    """Names that exist and names that do not get the same answers, octet by octet, until and while they wait.

    CWE-204, CWE-208 (observable discrepancy, in text and in time).
    """
    seen = []
    for name in (world.sandbox.user("bob")["username"], "nobody-" + secrets.token_hex(4)):
        here = From(world)
        # Bob may have to wait from everywhere, for the attack before this one.
        unlock(world)
        answers = [here.log_in(name) for _ in range(9)]
        kept = ("content-type", "cache-control", "www-authenticate", "retry-after", "content-length")
        seen.append([(a.status, a.text, [a.header(h) for h in kept]) for a in answers])
        require([a.status for a in answers] == [400] * 6 + [429] * 3, f"{[a.status for a in answers]}")
    require(
        [(s, t, h[:3], h[4]) for s, t, h in seen[0]] == [(s, t, h[:3], h[4]) for s, t, h in seen[1]],
        f"different: {seen[0][-1]} and {seen[1][-1]}",
    )
    unlock(world)
    least = {True: math.inf, False: math.inf}
    # Each time a fresh address and turn by turn, so that neither waits nor load make a difference; and the least of many,
    # since load only adds. Without a password to check, a name that does not exist would take a tenth.
    for turn in range(16):
        for exists in (True, False):
            name = world.sandbox.user("bob")["username"] if exists else f"nobody-{turn}-{secrets.token_hex(4)}"
            here = From(world)
            start = time.perf_counter()
            refused(here.log_in(name), "authentication_error", status=400)
            least[exists] = min(least[exists], time.perf_counter() - start)
    ratio = least[True] / least[False]
    require(1 / 4 < ratio < 4, f"a name that exists takes {ratio:.2f} times as long as one that does not")
    unlock(world)


@attack
def client_secret_guessing(world):
    """The secret of a client is guessed at the token endpoint, from one address and from many.

    RFC 6749 §2.3.1 (the endpoint MUST be protected against brute force), RFC 9700 §4.
    """
    party = world.party("legacy")

    def token(secret, wire):
        pairs = [("grant_type", "client_credentials"), ("client_id", party.client_id), ("client_secret", secret)]
        return party.post_form("token", pairs, wire=wire)

    require(granted(token(party.secret, world.wire)), "the honest way does not work")
    here = From(world).wire
    for tries in range(1, 60):
        answer = token(secrets.token_hex(16), here)
        if answer.status == 429:
            break
        refused(answer, "invalid_request", status=400, texts=("Invalid parameter client_secret",))
    held(answer)
    require(tries <= 25, f"{tries} guesses before a pause")
    held(token(party.secret, here))
    for door in ("revoke", "pushed_authorize"):
        held(party.post_form(door, [("client_id", party.client_id), ("client_secret", "x")], wire=here))
    for tries in range(1, 150):
        answer = token(secrets.token_hex(16), From(world).wire)
        if answer.status == 429:
            break
    held(answer)
    require(tries <= 105, f"{tries} addresses before a pause")
    # The client's own server is known and goes on.
    require(granted(token(party.secret, world.wire)), "the client is locked out")
    held(token(party.secret, From(world).wire))
    operate(world, "attempts", "forget", "--client", party.client_id)
    require(granted(token(party.secret, From(world).wire)), "the operator cannot end it")


@attack
def lock_and_unlock(world):
    """Somebody closes a person's account from the person's own address; the operator opens it again, which is recorded.

    NIST SP 800-63B §5.2.2.
    """
    bob, here = world.sandbox.user("bob"), From(world)
    require(here.log_in(bob["username"], bob["password"]).status == 200, "the honest way does not work")
    for _ in range(7):
        answer = here.log_in(bob["username"])
    held(answer)
    held(here.log_in(bob["username"], bob["password"]))
    unlock(world)
    require(here.log_in(bob["username"], bob["password"]).status == 200, "it is not open again")
    refused(here.log_in(bob["username"]), "authentication_error", status=400)


def unlock(world, username="bob"):
    partner = world.sandbox.fact("partner")["clientID"]
    operate(world, "user", "unlock", "--user", username, "--partner", partner)


def operate(world, *command):
    """As the operator does it, with the program, while the gateway runs."""
    folder = Path(world.sandbox.file).parent
    done = Instance(folder).run(*command, "--config", folder / "config.json")
    require(done.returncode == 0, done.stdout)
