"""Time-stamps of the log's checkpoints: one a day, verified by the product and by the openssl program."""

import subprocess
import time

import pytest

from audit.case import Service, lines
from audit.forging import size_of
from harness.failure import require, wait_for
from harness.gateway import Served, opened


@pytest.fixture(scope="module")
def service(folder):
    """A sandbox that has signed, and stamped, and ended."""
    service = Service(folder, "service")
    try:
        service.sign(1)
        service.settled()
        wait_for(lambda: stamps(service))
    finally:
        service.gateway.stop()
    service.authority = service.gateway.state / "tsa.pem"
    return service


def stamps(service):
    with opened(service.database) as db:
        return db.execute("SELECT day, checkpoint, token FROM audit_stamp ORDER BY day").fetchall()


def verify(service, database, *arguments):
    return service.verify(database, "--log-key", service.key, *arguments)


def test_a_day_has_one_stamp_that_others_verify(service, tmp_path):
    before = stamps(service)
    with Served(service.gateway.state):
        service.settled()
        # Longer than between two looks.
        time.sleep(6)
    [(day, checkpoint, token)] = after = stamps(service)
    require(after == before or day != before[0][0], "a second one was made")
    require(abs(day - time.time() // 86400) <= 1, day)
    done = service.gateway.run("audit", "timestamps", "--database", service.database, "--out", tmp_path)
    name = time.strftime("%Y-%m-%d", time.gmtime(day * 86400))
    require(done.stdout == f"{name} {size_of(checkpoint)} entries\n", done.stdout)
    require((tmp_path / f"{name}.checkpoint").read_bytes() == checkpoint, "another checkpoint was written")
    require((tmp_path / f"{name}.token").read_bytes() == token, "another token was written")
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-token_in", "-in", tmp_path / f"{name}.token", "-data",
         tmp_path / f"{name}.checkpoint", "-CAfile", service.authority, "-partial_chain"],
        capture_output=True, text=True)
    require(done.returncode == 0 and "Verification: OK" in done.stdout, done.stdout + done.stderr)
    result = verify(service, service.database, "--tsa-ca", service.authority)
    require(result.returncode == 0, result.stdout)
    require(f"1 checkpoints have time-stamps that verify, the last of {name}" in result.stdout, result.stdout)
    result = verify(service, service.database)
    require("1 checkpoints have time-stamps, which were not verified (--tsa-ca)" in result.stdout, result.stdout)


@pytest.mark.parametrize("statement, says", [
    ("UPDATE audit_stamp SET token = CAST(substr(token, 1, length(token) - 1) || x'00' AS BLOB)", "is not good: "),
    ("UPDATE audit_stamp SET token = CAST('token' AS BLOB)", "is not good: "),
    ("UPDATE audit_stamp SET day = day - 1", "is not good: it is of another day"),
    ("UPDATE audit_stamp SET checkpoint = (SELECT checkpoint FROM audit_tree)", "is not good: "),
    ("DELETE FROM audit_stamp", "there is no time-stamp of a checkpoint"),
])
def test_an_edited_stamp_is_found(service, tmp_path, statement, says):
    service.gateway.start()
    try:
        service.sign(1)
        service.settled()
    finally:
        service.gateway.stop()
    copy = service.copied("edited.sqlite")
    with opened(copy) as db:
        require(db.execute(statement).rowcount == 1, "nothing was edited")
    result = verify(service, copy, "--tsa-ca", service.authority)
    require(result.returncode == 1 and says in result.stdout, result.stdout)


def test_another_authority_is_not_believed(service, tmp_path):
    other = tmp_path / "other.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
         "/dev/null", "-subj", "/CN=other", "-out", other], check=True, capture_output=True)
    result = verify(service, service.database, "--tsa-ca", other)
    require(result.returncode == 1 and "the time-stamp of the checkpoint of " in result.stdout, result.stdout)


def test_no_stamp_is_made_if_the_operator_wants_none(service):
    with opened(service.database) as db:
        db.execute("DELETE FROM audit_stamp")
    gateway = Served(service.gateway.state)
    gateway.config["log"] = gateway.config.get("log", {}) | {"timestamps": False}
    with gateway:
        service.settled()
        time.sleep(6)
        require(not lines(gateway, "critical"), lines(gateway, "critical"))
    require(stamps(service) == [], "one was made")
