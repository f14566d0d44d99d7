"""Attacks the sandbox the way the security texts of OAuth and CSC say that it will be attacked.

    python -m pytest Tests/python/attacks [-k NAME] [--sandbox .sandbox/sandbox.json]

Each attack is a function of the modules `on_…`; its docstring says what is attacked and which text speaks of it. It
first shows that the honest way works, then that every variant is refused, and at last that nothing was spent or leaked.
"""

import inspect
import time

import pytest

from attacks import (
    on_account_tokens, on_callbacks, on_characters, on_clients, on_codes, on_consent, on_credential_tokens, on_eid,
    on_guessing, on_limits, on_orders, on_pkce, on_pushed, on_redirects, on_refresh,
)
from attacks.parties import ATTACKS, World

# What waits for a time-out or locks something comes at the end.
MODULES = [
    on_codes, on_pkce, on_redirects, on_pushed, on_consent, on_eid, on_refresh, on_credential_tokens, on_clients,
    on_account_tokens, on_callbacks, on_orders, on_characters, on_guessing, on_limits,
]
AFTER = MODULES.index(on_characters)


def place(attack):
    number = [module.__name__ for module in MODULES].index(attack.__module__)
    return (number, False) if attack is not on_pushed.expired_request_uri else (AFTER, True)


class Waiting:
    """An attack that has begun and waits."""

    def __init__(self, steps):
        self.steps, self.failure, self.until = steps, None, 0.0
        try:
            self.until = time.monotonic() + next(steps)
        except Exception as failure:
            self.failure = failure

    def finish(self):
        if self.failure is not None:
            raise self.failure
        time.sleep(max(0.0, self.until - time.monotonic()))
        for seconds in self.steps:
            time.sleep(seconds)


@pytest.fixture(scope="module")
def world(sandbox):
    return World(sandbox)


@pytest.fixture(scope="module")
def waiting(world, request):
    """Those of this run that wait, all of them begun."""
    chosen = [item.callspec.params["attack"] for item in request.session.items if item.function is test_attack]
    return {attack: Waiting(attack(world)) for attack in chosen if inspect.isgeneratorfunction(attack)}


@pytest.mark.parametrize("attack", sorted(ATTACKS, key=place), ids=lambda attack: attack.__name__)
def test_attack(world, waiting, attack):
    if attack in waiting:
        waiting[attack].finish()
    else:
        attack(world)
