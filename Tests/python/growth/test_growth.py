"""A body of twice the size costs at most three times as much, at every operation of the OpenAPI document that takes one.

    python -m pytest Tests/python/growth

A reader that looks at everything once for each thing that it finds needs four times, and more. A body that the gateway
did not read, because it was too large or too many had come, is a fault too: it would show nothing.
"""

import pytest

from growth.bodies import operations
from growth.meter import Meter

OPERATIONS = list(operations())


@pytest.fixture(scope="module")
def known(sandbox):
    """A request for authorization that is right."""
    client = sandbox.client("public")
    return {
        "response_type": "code", "client_id": client["clientID"], "redirect_uri": client["redirectURIs"][0],
        "scope": "credential", "code_challenge": "A" * 43, "code_challenge_method": "S256",
    }


@pytest.fixture(scope="module")
def meter(sandbox):
    """It sees that its token is good, before and after: or bodies would be refused unread."""
    meter = Meter(sandbox.plain, sandbox.user()["serviceToken"])
    meter.check("/csc/v1/credentials/list")
    yield meter
    meter.check("/csc/v1/credentials/list")


def test_all_operations():
    assert len(OPERATIONS) > 30


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.path)
def test_growth(operation, known, meter):
    wrong = []
    for shape, once, twice in operation.pairs(known):
        _, fault = meter.growth(operation.path, operation.kind, once, twice)
        if fault:
            wrong.append(f"{shape}: {fault}")
    assert not wrong, "\n".join(wrong)
