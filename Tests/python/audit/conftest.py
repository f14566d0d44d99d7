"""A sandbox that has a log, for tests that edit it or put it back."""

import pytest

from audit.case import Service
from harness.gateway import Served


@pytest.fixture(scope="module")
def signed(folder):
    """A sandbox that has signed and ended."""
    service = Service(folder, "service")
    try:
        service.sign(3)
        service.settled()
    finally:
        service.gateway.stop()
    service.pristine = service.copied("pristine.sqlite"), service.checkpoint.read_bytes()
    return service


@pytest.fixture
def service(signed):
    """The same, as it was before the test before."""
    database, checkpoint = signed.pristine
    signed.put(database)
    signed.checkpoint.write_bytes(checkpoint)
    Served(signed.gateway.state).log.unlink(missing_ok=True)
    return signed
