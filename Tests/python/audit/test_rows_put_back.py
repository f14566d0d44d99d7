"""Rows of a real gateway's database are put back, removed or added: nothing is signed because of it."""

import time

import pytest

from audit.case import LABEL, is_ready, lines, refused
from harness.failure import require, wait_for
from harness.gateway import Served, opened
from harness.portal import digest


def authorize(service, pin=None):
    return service.portal.authorize(LABEL, [digest()], {"PIN": pin or service.pin})


def wrong_pins(service, count):
    for _ in range(count):
        answer = authorize(service, "0000" + service.pin)
        require(answer.status == 400, answer.summary())


def rows(service, table):
    with opened(service.database) as db:
        return db.execute(f"SELECT * FROM {table}").fetchall()


def put_back(service, table, kept):
    """Has a table hold what it held before."""
    with opened(service.database) as db:
        db.execute(f"DELETE FROM {table}")
        db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(kept[0]))})", kept)


def test_tries_that_were_counted_stay_counted(service):
    """A PIN could be guessed for ever if the row of its tries were put back after each fourth."""
    with Served(service.gateway.state) as gateway:
        service.portal.base = gateway.url
        wrong_pins(service, 1)
        kept = rows(service, "factor_state")
        wrong_pins(service, 3)
        counted = rows(service, "factor_state")
        put_back(service, "factor_state", kept)
        answer = authorize(service)
        require(answer.status == 500, answer.summary())
        wait_for(lambda: not is_ready(gateway), 10)
        [event] = gateway.events("integrity.violated")
        require(event["table"] == "factor_state", event)
        # As it was, it goes on: one try was left.
        put_back(service, "factor_state", counted)
        wait_for(lambda: is_ready(gateway))
        wrong_pins(service, 1)
        answer = authorize(service)
        require(answer.status == 400, f"locked, and answered {answer.summary()}")


def test_a_spent_authorization_stays_spent(service):
    with Served(service.gateway.state) as gateway:
        service.portal.base = gateway.url
        digests = [digest()]
        sad = service.portal.authorize(LABEL, digests, {"PIN": service.pin}).json()["SAD"]
        tables = ["slots", "operation"]
        kept = {table: rows(service, table) for table in tables}
        require(service.portal.sign(LABEL, digests, sad=sad).status == 200, "not signed")
        made = len(gateway.events("signature.made"))
        for table in tables:
            put_back(service, table, kept[table])
        answer = service.portal.sign(LABEL, digests, sad=sad)
        require(answer.status == 500, answer.summary())
        require(len(gateway.events("signature.made")) == made, "signed twice")
    said = refused(gateway)
    require("is not as the gateways left it: it has rows of operation slots that were put back" in said, said)


KEYS = {"credential": "id", "certificate_subject": "signer", "token": "digest", "slots": "activation"}


@pytest.mark.parametrize("table", KEYS)
def test_a_start_on_a_database_that_lacks_a_row_is_refused(service, table):
    key = KEYS[table]
    with opened(service.database) as db:
        deleted = db.execute(f"DELETE FROM {table} WHERE {key} = (SELECT min({key}) FROM {table})").rowcount
    require(deleted == 1, "nothing was deleted")
    said = refused(Served(service.gateway.state))
    require(f"is not as the gateways left it: it has rows of {table} that were put back, removed or added" in said, said)
    gateway = Served(service.gateway.state)
    accepted = gateway.run("audit", "accept-rows", "--config", service.gateway.state / "config.json")
    require(accepted.stdout == f"accepted; not as the gateways left them were: {table}\n", accepted.stdout)
    again = gateway.run("audit", "accept-rows", "--config", service.gateway.state / "config.json")
    require("there is nothing to accept" in again.stdout, again.stdout)
    with gateway:
        require(is_ready(gateway), "it is not ready")
        [event] = gateway.events("rows.accepted")
        require(event["tables"] == [table], event)
    require(service.verify(service.database, "--log-key", service.key).returncode == 0, "the log is not whole")


def test_an_edit_past_sqlite_is_found_soon(service):
    """The octets of the file are changed while nobody has asked for anything: the look at all rows finds it."""
    with Served(service.gateway.state) as gateway:
        with opened(service.database, isolation_level=None) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [[mac]] = db.execute("SELECT mac FROM certificate_subject LIMIT 1").fetchall()
        octets = service.database.read_bytes()
        place = octets.index(mac)
        with service.database.open("r+b") as file:
            file.seek(place)
            file.write(bytes(len(mac)))
        wait_for(lambda: not is_ready(gateway), 25)
        tables = {line.get("table") for line in lines(gateway, "critical")}
        require("certificate_subject" in tables, tables)
        # The writer's own pages are from before: they must not have it go on.
        service.portal.base = gateway.url
        for _ in range(8):
            answer = authorize(service)
            require(answer.status == 500, answer.summary())
            time.sleep(0.5)


def test_a_command_of_the_operator_is_no_edit(service):
    with Served(service.gateway.state) as gateway:
        service.portal.base = gateway.url
        wrong_pins(service, 5)
        require(authorize(service).status == 400, "not locked")
        sandbox = service.portal.sandbox
        unlocked = gateway.run(
            "credential", "unlock", "--config", service.gateway.state / "config.json", "--factor", "PIN",
            "--credential", sandbox.credential_id(LABEL), "--partner", sandbox.fact("partner")["clientID"])
        require(unlocked.returncode == 0, unlocked.stdout)
        answer = authorize(service)
        require(answer.status == 200, answer.summary())
        require(is_ready(gateway), "it is not ready")
