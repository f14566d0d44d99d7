"""Kills the gateway, and the power, at random moments under load and proves what the ledger promises.

Every round starts the sandbox on the state that the last one left, lets 16 clients authorize and sign, and
kills the gateway with SIGKILL. In the next round the clients first send again what was interrupted. At the end
the answers that the clients got are held against the database and the audit log. Promised is:

 a. No SAD releases more signatures than were authorized, and the same request always gets the same answer.
 b. Every released signature belongs to an operation whose intent was in the audit log before its outcome.
 c. Each signature cost one slot. What a kill left in between is recorded as unknown and stays spent.
 d. The audit log is whole, with its key, and leads to every checkpoint that was seen before any kill. No entry is
    twice in it. What a kill left out of its tree is in it soon after the next start.
 e. Every start serves again by itself, and what was authorized before the kill can still be used.

SIGKILL ends the process, not the machine: a write that reached the kernel survives. So the rounds are of two kinds,
shuffled: after a *kill* the files are as the kernel has them, after a *power failure* as a disk may have them that
lost what was not synced (powerloss.py). Some power failures hit a gateway that has just ended by itself.

In a share of the rounds the gateway is also killed once more while it starts, by a power failure in rounds of that kind.
SoftHSM empties its token's file for a moment at every log-in; the sandbox must get over a kill in that moment too.

Exit codes: 0 the promises held, 1 they did not, 2 wrong usage.
"""

import argparse
import base64
import collections
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from crash.books import OPERATION_COMPLETED, Books, left_behind
from crash.checkpoints import Auditor
from crash.clients import ANSWER_LIMIT, Client, Desk
from crash.findings import Findings
from crash.gateway import Gateway
from crash.powerloss import Disk, build_library
from crash.promises import check_answers, check_audit, check_ledger, check_log, check_signatures
from harness.failure import Failure
from harness.program import PROGRAM

KILL, POWER_FAILURE, POWER_FAILURE_AFTER_STOP = range(3)
CLIENTS = 16
LABELS = ["p256-pin", "rsa2048-pin", "p256-scal2"]
LOAD_SECONDS = (0.05, 1.5)
# The share of power failures that come after an orderly end.
AFTER_STOP = 0.2
# The share of rounds that wait until the entries from before are in the log's tree.
CATCHING_UP = 0.5


def play(desks, gateway, only_continues=False, end=KILL):
    clients = [Client(desk) for desk in desks]
    for client in clients:
        client.only_continues = only_continues
        client.start()
    if not only_continues:
        time.sleep(random.uniform(*LOAD_SECONDS))
        gateway.stop() if end == POWER_FAILURE_AFTER_STOP else gateway.kill()
    for client in clients:
        client.join(2 * ANSWER_LIMIT)
        gateway.findings.require(not client.is_alive(), "a client hangs")


def figures(rounds, gateway, desks, unknown):
    answers = [answer for desk in desks for sad in desk.sads for answer in sad.answers.values()]
    return (
        f"{rounds} rounds with {gateway.power_failures} power failures, {sum(len(desk.sads) for desk in desks)} authorizations, "
        f"{sum(map(len, answers))} signatures released, {sum(desk.replays for desk in desks)} replays, "
        f"{unknown} unknown")


def some_rounds(kills, power_failures):
    """Which kinds of end the rounds have."""
    ends = [KILL] * kills
    ends += [
        POWER_FAILURE_AFTER_STOP if random.random() < AFTER_STOP else POWER_FAILURE for _ in range(power_failures)]
    random.shuffle(ends)
    return ends


def run_rounds(gateway, auditor, ends, while_starting, folder):
    """Returns the desks, the operations that kills left reserved, and the public keys."""
    sandbox = gateway.start()
    credentials = [entry for entry in sandbox["credentials"] if entry["label"] in LABELS]
    if len(credentials) != len(LABELS):
        raise Failure(f"the sandbox does not have {LABELS}")
    user = next(user for user in sandbox["users"] if user["username"] == credentials[0]["owner"])
    desks = [Desk(gateway, credentials, user) for _ in range(CLIENTS)]
    keys = public_keys(gateway, desks, folder)
    auditor.fetch_key()
    auditor.start()
    reserved = set()
    for number, end in enumerate(ends, start=1):
        play(desks, gateway, end=end)
        if end != KILL:
            gateway.lose_power()
        try:
            operations, entries = left_behind(gateway.database)
            reserved |= operations
            auditor.left_out += entries > auditor.look()
        except sqlite3.Error as error:
            raise Failure(f"the ledger has gone: {error}") from error
        if random.random() < while_starting:
            gateway.start_and_kill()
            if end != KILL:
                gateway.lose_power()
        again = gateway.start()
        gateway.findings.require(again == sandbox, "a restart changed sandbox.json")
        if random.random() < CATCHING_UP:
            auditor.catch_up(entries)
        if number % 5 == 0 or number == len(ends):
            print(figures(number, gateway, desks, len(reserved)), flush=True)
        if gateway.findings.texts:
            # More rounds would only bury what happened.
            break
    play(desks, gateway, only_continues=True)
    return desks, reserved, keys


def public_keys(gateway, desks, folder):
    """PEM files of the public keys, by credential."""
    connection = desks[0].connections[0]
    connection.open()
    keys = {}
    for credential in desks[0].credentials:
        name = credential["credentialID"]
        _, answer = connection.post("credentials/info", {"credentialID": name})
        keys[name] = folder / f"{credential['label']}.pem"
        subprocess.run(
            ["openssl", "x509", "-inform", "DER", "-noout", "-pubkey", "-out", keys[name]],
            input=base64.b64decode(answer["cert"]["certificates"][0]), check=True)
    connection.close()
    return keys


def judge(gateway, auditor, desks, reserved, keys, folder):
    require = gateway.findings.require
    rounds = len(gateway.starts) - 1
    books = Books(gateway)
    check_answers(books, desks, require)
    check_ledger(books, reserved, require)
    verdict = check_audit(gateway, auditor, folder, require)
    sample = check_signatures(desks, keys, folder, require)
    secrets = [desks[0].pin] + [sad.value for desk in desks for sad in desk.sads[:20]]
    warnings = check_log(gateway, secrets, require)
    # One that was killed while it started may have come so far or not.
    surplus = books.counts["service.started"] - len(gateway.starts)
    require(0 <= surplus <= gateway.kills_while_starting, "the audit log has not the starts that there were")
    if rounds >= 10:
        # Else the kills missed what they are for.
        require(reserved, "no kill fell between intent and outcome")
        require(sum(desk.replays for desk in desks), "nothing was replayed")
        require(all(desk.sads for desk in desks), "a client never worked")
        require(auditor.left_out, "no kill fell between an entry and its checkpoint")
    if gateway.power_failures >= 10:
        gateway.disk.require_losses(require)

    refusals = sum((desk.refusals for desk in desks), collections.Counter())
    completed = sum(state == OPERATION_COMPLETED for _, state, _ in books.operations.values())
    stored = sum(len(signatures) for _, _, signatures in books.operations.values())
    print()
    print(figures(rounds, gateway, desks, len(reserved)))
    print(f"operations: {completed} completed with {stored} signatures, {len(reserved)} unknown after kills")
    print(
        f"interrupted calls: {sum(desk.interrupted for desk in desks)} of signHash, "
        f"{sum(desk.answered_after_kill for desk in desks)} of them answered when sent again")
    print("refused, as they must be: " + ", ".join(f"{count} × {text}" for text, count in refusals.most_common()))
    print(
        f"starts: {len(gateway.starts)}, the first {gateway.starts[0]:.1f} s, "
        f"then {min(gateway.starts[1:]):.1f} to {max(gateway.starts[1:]):.1f} s; "
        f"{gateway.kills_while_starting} more killed while they started")
    if gateway.disk:
        print("power failures: " + ", ".join(f"{count} {what}" for what, count in sorted(gateway.disk.counts.items())))
    print(f"audit: {verdict}")
    print(
        f"it leads to {len(auditor.files)} checkpoints that were seen on the way; "
        f"{auditor.left_out} kills left entries out of its tree; after {auditor.caught_up} starts it was up to date "
        f"within {auditor.longest:.1f} s")
    print(f"OpenSSL verified a sample of {sample} signatures")
    for text, count in warnings.most_common():
        print(f"warnings in the gateway's log: {count} × {text}")


def end_early(number, _):
    # A second signal must not break off the cleaning up.
    for other in [signal.SIGINT, signal.SIGTERM]:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50, help="how often the process alone is killed; default: 50")
    parser.add_argument(
        "--power-failures", type=int, default=100, help="how often the power fails; default: 100")
    parser.add_argument("--state", type=pathlib.Path, help="new folder that is kept; default: a temporary one")
    parser.add_argument("--port", type=int, help="first port to use; default: any that are free")
    parser.add_argument(
        "--while-starting", type=float, default=0.3, metavar="SHARE",
        help="in which share of the rounds it is killed once more while it starts; default: 0.3")
    options = parser.parse_args()
    if not os.access(PROGRAM, os.X_OK):
        parser.error(f"{PROGRAM} is not a program; 'make build' makes it")
    if min(options.kills, options.power_failures) < 0 or options.kills + options.power_failures < 1:
        parser.error("--kills and --power-failures are at least 1 together")
    if options.state and options.state.exists():
        parser.error(f"{options.state} exists; its history would be mixed with this run's")
    for number in [signal.SIGINT, signal.SIGTERM]:
        signal.signal(number, end_early)

    folder = options.state.absolute() if options.state else pathlib.Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    findings = Findings()
    gateway = None
    keeps_folder = True
    try:
        gateway = Gateway(folder, findings, first_port=options.port)
        if options.power_failures:
            gateway.disk = Disk(build_library(folder), gateway.database, folder / "notes")
        ends = some_rounds(options.kills, options.power_failures)
        auditor = Auditor(gateway, folder)
        desks, reserved, keys = run_rounds(gateway, auditor, ends, options.while_starting, folder)
        gateway.stop()
        auditor.end()
        judge(gateway, auditor, desks, reserved, keys, folder)
        keeps_folder = bool(findings.texts)
    except Failure as error:
        findings.add(str(error))
    except SystemExit:
        keeps_folder = False
        raise
    finally:
        if gateway is not None:
            gateway.kill()
        if options.state is None and not keeps_folder:
            shutil.rmtree(folder)
    print(f"took {time.monotonic() - begin:.0f} s")
    if findings.texts:
        print(f"\n{len(findings.texts)} violations; state and log are kept in {folder}", file=sys.stderr)
        if gateway is not None and gateway.log.exists():
            print("the last lines of the gateway's log:", file=sys.stderr)
            print("\n".join(gateway.log.read_text(errors="replace").splitlines()[-20:]), file=sys.stderr)
        sys.exit(1)
    print("The ledger kept its promises.")


if __name__ == "__main__":
    main()
