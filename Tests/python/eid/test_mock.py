"""oidc-provider-mock makes wrong tokens: each is refused for the right reason, and the right one authorizes after it."""

import time

import pytest

from eid.mock import Mock
from eid.stand import Stand
from harness.failure import require
from harness.portal import digest

LABEL, HIGH = "p256-eid-mock", "urn:example:high"
NOW = int(time.time())


@pytest.fixture(scope="module")
def mock(folder):
    with Mock(folder / "mock.log") as mock:
        yield mock


@pytest.fixture(scope="module")
def gateway(folder, mock):
    with Stand(folder, mock.configuration()) as gateway:
        yield gateway
        gateway.verify_audit()


@pytest.mark.parametrize(("reason", "subject", "claims"), [
    ("level", "mock-alice", {"acr": "urn:example:low"}), ("acr", "mock-alice", {"acr": "urn:example:none"}),
    ("acr", "mock-alice", {}), ("subject", "mock-bob", {"acr": HIGH}),
    ("iss", "mock-alice", {"acr": HIGH, "iss": "https://evil.example"}),
    ("aud", "mock-alice", {"acr": HIGH, "aud": ["others"]}),
    ("exp", "mock-alice", {"acr": HIGH, "exp": NOW - 60}),
    ("azp", "mock-alice", {"acr": HIGH, "azp": "others"}),
    ("age", "mock-alice", {"acr": HIGH, "auth_time": NOW - 700}),
    ("nbf", "mock-alice", {"acr": HIGH, "nbf": NOW + 3600}),
])
def test_wrong_token(gateway, mock, reason, subject, claims):
    partner = gateway.partner()
    challenge = partner.challenge(LABEL)
    partner.refused(LABEL, mock.log_in(subject, challenge, **claims), f"{claims}")
    last = gateway.events()[-1]
    require((last["kind"], last["reason"]) == ("authorization.refused", reason), f"{claims}: {last}")
    partner.granted(LABEL, mock.log_in("mock-alice", challenge, acr=HIGH, amr=["pin", "hwk"]), [digest()])
    [evidence] = gateway.events("authorization.granted")[-1]["evidence"]
    require((evidence["acr"], evidence["amr"]) == (HIGH, ["pin", "hwk"]), f"evidence {evidence}")
