"""Attacks the sandbox the way the security texts of OAuth and CSC say that it will be attacked.

    python -m pytest Tests/python/attacks [-k NAME] [--sandbox .sandbox/sandbox.json]

Each attack is a function of the modules `on_…`; its docstring says what is attacked and which text speaks of it. It
first shows that the honest way works, then that every variant is refused, and at last that nothing was spent or leaked.
"""

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


@pytest.fixture(scope="module")
def world(sandbox):
    return World(sandbox)


@pytest.mark.parametrize("attack", sorted(ATTACKS, key=place), ids=lambda attack: attack.__name__)
def test_attack(world, attack):
    attack(world)
