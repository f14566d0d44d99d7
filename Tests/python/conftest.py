"""What all modules share: a sandbox of the module's own, limits of time, and that nothing is left running.

    make .venv/ready build
    .venv/bin/python -m pytest Tests/python -k pkce
    .venv/bin/python -m pytest Tests/python/clients --sandbox .sandbox/sandbox.json
"""

import ctypes
import os
import signal
import time
from contextlib import contextmanager

import pytest

from harness.failure import Failure
from harness.gateway import Gateway
from harness.processes import children_of
from harness.sandbox import Sandbox

# Seconds that a test, or what it needs, may take.
LIMIT = 600
# Seconds in which everything that a module started has to end.
END_LIMIT = 15
PR_SET_CHILD_SUBREAPER = 36


def pytest_addoption(parser):
    parser.addoption("--sandbox", metavar="FILE", help="sandbox.json of a running sandbox, for tests that need no own one")


def pytest_configure():
    # What a process of ours leaves behind becomes a child of this one, so that it is seen.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # Who ends the tests ends what they started too.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.signal(signal.SIGALRM, out_of_time)


def out_of_time(*_):
    raise Failure(f"it took more than {LIMIT} s")


@contextmanager
def limit():
    signal.alarm(LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup():
    with limit():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    with limit():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A failure comes with the end of the log of the gateway."""
    report = yield
    gateway = getattr(item, "funcargs", {}).get("gateway")
    if report.failed and gateway is not None and gateway.log.exists():
        report.sections.append(("the gateway's log", gateway.log.read_text(errors="replace")[-4000:]))
    return report


@pytest.fixture(scope="module", autouse=True)
def nothing_left():
    """Every process that a module's tests started ends with them."""
    yield
    end = time.monotonic() + END_LIMIT
    while (left := children_of(os.getpid())) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, f"left running, and killed now: {left}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("module")


@pytest.fixture(scope="module")
def gateway(request, folder):
    """A sandbox of the module's own, which ends in order and leaves a whole audit log; None if one runs already."""
    if request.config.getoption("--sandbox"):
        yield None
        return
    gateway = Gateway(folder, *getattr(request.module, "SANDBOX_OPTIONS", ()))
    with gateway:
        yield gateway
        code = gateway.stop()
        assert code == 0, f"after SIGTERM the gateway ended with {code}"
        gateway.verify_audit()


@pytest.fixture(scope="module")
def sandbox(request, gateway):
    return gateway.sandbox if gateway else Sandbox(request.config.getoption("--sandbox"))


@pytest.fixture(scope="module")
def signer(sandbox):
    """Who has documents signed."""
    from documents.signer import Signer

    return Signer(sandbox)
