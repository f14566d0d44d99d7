"""Attacks by repetition. They lock something, so they run last, on credentials and users that nobody else needs."""

import re
import secrets
import time

from attacks.on_consent import filled
from attacks.parties import attack, refused
from harness import encodings
from harness.browser import LOG_IN, Landing, Page, consent_page, decide
from harness.failure import Failure, require

FLOOD = 60


@attack
def send_otp_flooding(world):
    """Codes are ordered until the person's phone gives up; the last code still works.

    CSC v1 §11.8 and §8.3.2 (protect what contacts the user); RFC 6585 §4.
    """
    label, user = "p256-pin-sms", world.user
    body = {"credentialID": world.sandbox.credential_id(label)}
    before = len(delivered(world, body["credentialID"]))
    answers = []
    while len(answers) < FLOOD and (not answers or answers[-1].status == 204):
        answers.append(world.call("credentials/sendOTP", body, user["serviceToken"], "v1"))
    require(answers[0].status == 204, f"the honest call: {answers[0].summary()}")
    last = answers[-1]
    require(last.status == 429, f"after {len(answers)} calls: {last.summary()}")
    refused(last, status=429)
    retry = last.header("Retry-After")
    require(retry is not None and retry.isdigit() and int(retry) > 0, f"Retry-After {retry}")
    for _ in range(5):
        refused(world.call("credentials/sendOTP", body, user["serviceToken"], "v1"), status=429)
    # By the method of the other version, which orders the same message.
    answer = world.call("credentials/getChallenge", body | {"authObjectID": "SMS"}, user["serviceToken"])
    refused(answer, status=429)
    sent = delivered(world, body["credentialID"])[before:]
    require(len(sent) == len(answers) - 1, f"{len(sent)} messages for {len(answers) - 1} successes")
    digests = [world.digest()]
    authorize = body | {
        "numSignatures": 1, "hash": [encodings.base64std(digests[0])], "PIN": user["pin"], "OTP": sent[-1]["code"],
    }
    answer = world.call("credentials/authorize", authorize, user["serviceToken"], "v1")
    require(answer.status == 200, f"the last code does not work: {answer.summary()}")
    world.signed(label, digests, user["serviceToken"], sad=answer.json()["SAD"])


def delivered(world, credential_id, patience=3):
    """What the messenger has got, after nothing more came for a moment."""
    deadline, found = time.monotonic() + patience, None
    while True:
        answer = world.wire.send("GET", world.sandbox.fact("messages"), [("Accept", "application/json")])
        require(answer.status == 200, answer.summary())
        mine = [m for m in answer.json() if m["credentialID"] == credential_id]
        if found == mine or time.monotonic() > deadline:
            return mine
        found = mine
        time.sleep(0.5)


def guess(world, username, password):
    """One password in a fresh transaction of a fresh browser."""
    party = world.party("public")
    page = world.browser().open(party.url(party.request()))
    if isinstance(page, Landing):
        raise Failure(f"no log-in page but {page.location}")
    if not page.asks_for_log_in:
        return page
    url, pairs = filled(page, LOG_IN, username=username, password=password)
    return page.browser.post(url, pairs, page)


def guesses(world, username):
    """Status and text of wrong passwords until the log-in is held up."""
    seen = []
    for _ in range(FLOOD):
        result = guess(world, username, "wrong " + secrets.token_hex(4))
        require(not isinstance(result, Landing), f"a guess is sent to {getattr(result, 'location', '')}")
        # What differs for every answer: the name that was typed, and the reference to the log.
        text = re.sub(r"Reference(?: number)?\W+[0-9a-z]+", "Reference", result.text.replace(username, "NAME"))
        seen.append((result.status, text))
        if result.status == 429:
            return seen
        require(result.status == 401, f"a wrong password is {result.status}: {result.text[:200]}")
    raise Failure(f"{len(seen)} wrong passwords for {username} without being held up")


@attack
def guessing_in_one_transaction(world):
    """Passwords are tried on one page until one fits.

    NIST SP 800-63B §5.2.2 (rate limiting); RFC 6749 §10.10.
    """
    party = world.party("public")
    require(party.code(party.request()), "the honest way does not work")
    nobody = "nobody-" + secrets.token_hex(4)
    page = world.browser().open(party.url(party.request()))
    for tries in range(1, FLOOD):
        url, pairs = filled(page, LOG_IN, username=nobody, password="wrong")
        result = page.browser.post(url, pairs, page)
        if isinstance(result, Landing) or not result.asks_for_log_in:
            break
        page = result
    require(tries <= 20, f"{tries} tries on one page")
    require(party.code(party.request()), "the honest way is closed")


@attack
def guessing_the_log_in(world):
    """Passwords are tried in ever new transactions; neither status nor text tells which names exist.

    NIST SP 800-63B §5.2.2; OWASP ASVS 2.2.1; CWE-204 (observable response discrepancy).
    """
    party, bob = world.party("public"), world.sandbox.user("bob")
    require(party.code(party.request(), user=bob), "the honest way does not work")
    real = guesses(world, bob["username"])
    made_up = guesses(world, "nobody-" + secrets.token_hex(4))
    require(real == made_up, f"a name that exists gives {real[-1]}, one that does not {made_up[-1]} ({len(made_up)})")
    require(len(real) <= 20, f"{len(real)} guesses before a pause")
    # Held up means: for the right password too, at every door.
    right = guess(world, bob["username"], bob["password"])
    require(right.status == 429, f"the right password during the pause is {right.status}")
    answer = log_in_by_api(world, bob["username"], bob["password"])
    require(answer.status != 200, "auth/login is another door to the same account")
    # Nobody else pays for it.
    require(party.code(party.request()), "another person cannot log in")
    require(log_in_by_api(world, world.user["username"], world.user["password"]).status == 200, "auth/login is closed")


def log_in_by_api(world, username, password, version="v1"):
    headers = [("Content-Type", "application/json"), ("Authorization", encodings.basic(username, password))]
    return world.wire.send("POST", f"{world.sandbox.tls}/csc/{version}/auth/login", headers, b"{}")


@attack
def guessing_at_auth_login(world):
    """The same at auth/login, for a name that exists nowhere.

    CSC v1 §11.2 and §10.1 (429); NIST SP 800-63B §5.2.2.
    """
    answer = log_in_by_api(world, world.user["username"], world.user["password"])
    require(answer.status == 200, answer.summary())
    nobody = "nobody-" + secrets.token_hex(4)
    for tries in range(1, FLOOD + 1):
        answer = log_in_by_api(world, nobody, "wrong", "v1" if tries % 2 else "v2")
        if answer.status != 400:
            break
        refused(answer, "authentication_error", status=400)
    refused(answer, status=429)
    require(tries <= 20, f"{tries} guesses before a pause")
    answer = log_in_by_api(world, world.user["username"], world.user["password"])
    require(answer.status == 200, f"somebody else's log-in: {answer.summary()}")


@attack
def guessing_the_pin_on_the_consent_page(world):
    """PINs are tried on ever new consent pages until the credential locks; the right one comes too late.

    CSC v1 §11.6 (locking); NIST SP 800-63B §5.2.2. Leaves the PIN of p256-oauth-otp locked.
    """
    party = world.party("public")
    require(party.code(party.credential_request("p256-oauth", [world.digest()])), "the honest way does not work")

    def answer(pin, otp):
        request = party.credential_request("p256-oauth-otp", [world.digest()])
        page = consent_page(world.browser(), party.url(request), world.user)
        return decide(page, pin=pin, otp=otp)

    for _ in range(7):
        result = answer("00000000", "000000")
        require(isinstance(result, Page) and result.status == 400, f"a wrong PIN is {result.answer.summary()}")
    result = answer(world.user["pin"], world.codes.next(world.user["totpSecret"]))
    require(isinstance(result, Page) and result.status == 400, f"a locked credential signs: {result.answer.summary()}")
