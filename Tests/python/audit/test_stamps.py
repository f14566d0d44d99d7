"""Time-stamps of the log's checkpoints: one a day, verified by the product and by the openssl program."""

import subprocess
import time

import pytest

from audit.authority import Authority
from audit.case import Service, is_ready, lines
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


NOT_STAMPED = "no checkpoint of the audit log could be stamped today; it is tried again"
# Seconds until a day whose stamp failed is tried again, and those of a call.
AGAIN, CALL = 60, 10


def elsewhere(service, authority):
    """A gateway whose checkpoints an authority elsewhere stamps, on a day that has no stamp yet."""
    with opened(service.database) as db:
        db.execute("DELETE FROM audit_stamp")
    gateway = Served(service.gateway.state)
    gateway.log.unlink(missing_ok=True)
    gateway.config["log"] = gateway.config.get("log", {}) | {"timestampAuthority": authority.configuration}
    service.portal.base = gateway.url
    return gateway


def size(service):
    """Entries in the tree."""
    with opened(service.database) as db:
        return size_of(db.execute("SELECT checkpoint FROM audit_tree").fetchone()[0])


def goes_on(service, gateway):
    """Signs, and waits until that is in the tree and the checkpoint in its file. Less than an authority is waited for."""
    before, begin = size(service), time.monotonic()
    service.sign(1)
    service.settled()
    require(size(service) >= before + 3, f"{before} entries, and then {size(service)}")
    require(time.monotonic() - begin < CALL / 2, "it was waited for the authority")
    require(is_ready(gateway), "it is not ready")


def test_an_authority_that_hangs_holds_nothing_up(service, tmp_path):
    """It takes the connection, and never answers."""
    with Authority(tmp_path) as authority:
        authority.behaviour = "hangs"
        with elsewhere(service, authority) as gateway:
            wait_for(lambda: authority.held)
            for _ in range(2):
                goes_on(service, gateway)
            require(not lines(gateway, "error"), "the call had ended before the signatures")
            [line] = wait_for(lambda: lines(gateway, "error"), CALL + 10)
            require((line["message"], line["reason"]) == (NOT_STAMPED, "timedOut"), line)
            require(stamps(service) == [], "a stamp was made")
            goes_on(service, gateway)
            authority.behaviour = "good"
            [(day, checkpoint, _)] = wait_for(lambda: stamps(service), AGAIN + 20)
            require(day == time.time() // 86400 and size_of(checkpoint) > 0, day)
            require(authority.taken == 2, f"it was asked {authority.taken} times")
    result = verify(service, service.database, "--tsa-ca", authority.ca)
    require(result.returncode == 0 and "1 checkpoints have time-stamps that verify" in result.stdout, result.stdout)
    require(verify(service, service.database, "--tsa-ca", service.authority).returncode == 1, "another authority counts")


@pytest.mark.parametrize("behaviour, says", [
    ("endless", "tooLarge"), ("trickles", "timedOut"), ("garbage", "not an answer"), ("longer", "something behind"),
    ("shorter", "not an answer"), ("another digest", "does not verify"), ("not found", "answers with 404"),
])
def test_an_answer_that_is_none_is_kept_as_none(service, tmp_path, behaviour, says):
    with Authority(tmp_path) as authority:
        authority.behaviour = behaviour
        with elsewhere(service, authority) as gateway:
            wait_for(lambda: authority.taken)
            goes_on(service, gateway)
            [line] = wait_for(lambda: lines(gateway, "error"), CALL + 10)
            require(line["message"] == NOT_STAMPED and says in line["reason"], line)
            require(stamps(service) == [], "a stamp was made")
            goes_on(service, gateway)
