"""Attacks a running sandbox the way the security texts of OAuth and CSC say that it will be attacked.

    .venv/bin/python Tests/python/attacks/attacks.py .sandbox/sandbox.json [names]

Each test is a function with the attack's name; its docstring says what is attacked and which text speaks of it. It
first shows that the honest way works, then that every variant is refused, and at last that nothing was spent or leaked.
Prints one line per attack and a count. Exits 0 when all were refused; else 1.
"""

import argparse
import sys
import time
import traceback

from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))

import on_account_tokens
import on_callbacks
import on_characters
import on_clients
import on_codes
import on_consent
import on_credential_tokens
import on_eid
import on_guessing
import on_limits
import on_orders
import on_pkce
import on_pushed
import on_redirects
import on_refresh
from parties import ATTACKS, World
from sandbox import Sandbox
from wire import Failure

# What waits for a time-out or locks something comes at the end.
MODULES = [
    on_codes, on_pkce, on_redirects, on_pushed, on_consent, on_eid, on_refresh, on_credential_tokens, on_clients,
    on_account_tokens, on_callbacks, on_orders, on_characters,
]


def in_order():
    def of(module):
        return [function for function in ATTACKS if function.__module__ == module.__name__]

    return [f for module in MODULES for f in of(module)] + [on_pushed.expired_request_uri] + of(on_guessing) + of(on_limits)


def describe(error):
    if isinstance(error, Failure):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{error!r} at {place.filename.rsplit('/', 1)[-1]}:{place.lineno}"


def main():
    attacks = in_order()
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("sandbox", help="sandbox.json of a running sandbox")
    arguments.add_argument("names", nargs="*", help="of attacks; all if none is named")
    arguments = arguments.parse_args()
    unknown = set(arguments.names) - {function.__name__ for function in attacks}
    if unknown:
        sys.exit(f"unknown attacks: {', '.join(sorted(unknown))}")
    world = World(Sandbox(arguments.sandbox))
    chosen = [function for function in attacks if not arguments.names or function.__name__ in arguments.names]
    failures = []
    if on_pushed.expired_request_uri in chosen:
        try:
            on_pushed.Early.push(world)
        except Exception as error:
            print(f"nothing could be pushed early: {describe(error)}")
    for function in chosen:
        start = time.monotonic()
        try:
            function(world)
        except Exception as error:
            failures.append(function.__name__)
            print(f"FAIL     {function.__name__}: {describe(error)}", flush=True)
        else:
            first_line = function.__doc__.splitlines()[0]
            print(f"refused  {function.__name__} ({time.monotonic() - start:.1f} s): {first_line}", flush=True)
    print(
        f"{len(chosen) - len(failures)} attacks refused, {world.wire.calls} calls,"
        f" {world.verifier.count} honest signatures verified",
        flush=True,
    )
    if failures:
        sys.exit(f"{len(failures)} failed: {', '.join(failures)}")


if __name__ == "__main__":
    main()
