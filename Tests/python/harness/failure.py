"""What a test says when something is not as it must be."""

import time


class Failure(AssertionError):
    """Something the service did is not what the client, or this test, demands."""


def require(holds, text):
    if not holds:
        raise Failure(text)


def wait_for(what, seconds=20):
    """The first true value that `what` gives."""
    end = time.monotonic() + seconds
    while not (found := what()):
        require(time.monotonic() < end, f"not within {seconds} s")
        time.sleep(0.05)
    return found
