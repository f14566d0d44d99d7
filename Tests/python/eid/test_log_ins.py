"""Log-ins at glewlwyd, a real provider, by its code flow: to the SAD, and to signatures that verify."""

import secrets
import time

import pytest

from eid.stand import ONE, TWO, Stand, glewlwyd, nonce_for
from glewlwyd.provider import Provider
from glewlwyd.server import is_installed
from harness import jose
from harness.failure import require
from harness.portal import digest

pytestmark = pytest.mark.skipif(not is_installed(), reason="'make packages' installs glewlwyd")


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    with Provider(tmp_path_factory.mktemp("glewlwyd")) as provider:
        yield provider


@pytest.fixture(scope="module")
def gateway(folder, provider):
    with Stand(folder, glewlwyd(provider, folder)) as gateway:
        yield gateway
        text = str(gateway.events())
        for person in provider.people.values():
            require(person.subject not in text, "the audit log names a person")
        gateway.verify_audit()


@pytest.fixture(scope="module")
def partner(gateway):
    return gateway.partner()


@pytest.mark.parametrize("pushed", [False, True], ids=["direct", "pushed"])
@pytest.mark.parametrize("client", ["portal", "portal-app"])
def test_log_in(partner, provider, client, pushed):
    alice, bob = provider.people["alice"], provider.people["bob"]
    challenge = partner.challenge(ONE)
    partner.refused(ONE, bob.log_in(client, challenge)["id_token"], "Bob's log-in")
    partner.refused(ONE, alice.log_in("rival", challenge)["id_token"], "a log-in at another partner's client")
    partner.refused(ONE, alice.log_in(client, secrets.token_urlsafe(16))["id_token"], "a nonce of nobody's")
    token = alice.log_in(client, challenge, pushed)["id_token"]
    partner.granted(ONE, token, [digest()])
    partner.refused(ONE, token, "the same log-in again")


def test_scal2(partner, provider):
    """The nonce says for which digests."""
    digests = [digest(), digest()]
    challenge = partner.challenge(TWO)
    token = provider.people["alice"].log_in("portal", nonce_for(challenge, digests))["id_token"]
    partner.refused(TWO, token, "other digests", [digest(), digest()])
    partner.granted(TWO, token, digests)


def test_access_token(partner, provider):
    """Access tokens are introspected; glewlwyd tells a client about its own tokens only."""
    alice, bob = provider.people["alice"], provider.people["bob"]
    token = alice.log_in("gateway", "n")["access_token"]
    require(jose.claims(token)["sub"] == alice.subject, "the access token is not Alice's")
    partner.refused(TWO, token, "an access token at SCAL 2", [digest(), digest()])
    partner.granted(ONE, token, [digest()])
    partner.refused(ONE, token, "the same access token again")
    partner.refused(ONE, alice.log_in("portal", "n")["access_token"], "an access token of another client")
    partner.refused(ONE, bob.log_in("gateway", "n")["access_token"], "Bob's access token")


def test_the_provider_ends_and_comes_back(gateway, partner, provider):
    """What needs it gets 503, what does not goes on, and nothing is spent."""
    alice = provider.people["alice"]
    access = alice.log_in("gateway", "n")["access_token"]
    challenge = partner.challenge(ONE)
    token = alice.log_in("portal", challenge)["id_token"]
    provider.server.kill()
    for _ in range(8):
        answer = partner.present(ONE, access)
        require((answer.status, answer.error) == (503, "temporarily_unavailable"), f"provider down: {answer}")
        require(int(answer.header("Retry-After")) >= 1, "no Retry-After")
    # The keys were read before.
    partner.granted(ONE, token, [digest()])
    # One entry a minute; how many calls had none is in the next.
    unavailable = gateway.events("authorization.unavailable")
    require(len(unavailable) == 1, f"{len(unavailable)} outages in the audit log")
    provider.start()
    # The circuit breaker is open for 10 seconds.
    end = time.monotonic() + 15
    while (answer := partner.present(ONE, access)).status == 503 and time.monotonic() < end:
        time.sleep(0.5)
    require(answer.status == 200, f"provider back: {answer}")
    partner.signed(ONE, [digest()], sad=answer.json()["SAD"])
