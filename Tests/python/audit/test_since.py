"""`audit verify --since`: what is behind a checkpoint is verified, and what is before it is not read again."""

import shutil

import pytest

from audit import tlog
from audit.case import Service
from audit.forging import Log, leaf, size_of
from audit.witness import Witness
from harness.failure import require
from harness.gateway import opened


@pytest.fixture(scope="module")
def service(folder):
    """A log with a checkpoint that was kept, and as many entries behind it, of the same process and of another."""
    service = Service(folder, "service")
    try:
        service.stamped()
        with opened(service.database) as db:
            service.first = db.execute("SELECT checkpoint FROM audit_stamp").fetchone()[0]
        service.sign(40)
        service.settled()
        service.kept = service.folder / "kept.checkpoint"
        shutil.copyfile(service.checkpoint, service.kept)
        service.sign(40)
        service.settled()
    finally:
        service.gateway.stop()
    service.gateway.start()
    try:
        service.sign(1)
        service.settled()
    finally:
        service.gateway.stop()
    service.honest = service.copied("honest.sqlite")
    return service


def since(service, database, *arguments):
    return service.verify(database, "--since", service.kept, "--log-key", service.key, *arguments)


def test_the_rest_is_verified(service):
    size = size_of(service.kept.read_bytes())
    result = since(service, service.honest)
    require(result.returncode == 0, result.stdout)
    require(f"whole behind the {size} entries of " in result.stdout, result.stdout)
    with Log(service.honest) as log:
        require(f": {log.count - size} more, {size_of(log.checkpoint)} in the tree; " in result.stdout, result.stdout)
    configuration = service.gateway.state / "config.json"
    result = since(service, service.honest, "--device", "--config", configuration, "--checkpoint", service.checkpoint)
    require(result.returncode == 0, result.stdout)
    result = service.verify(service.honest, "--since", service.checkpoint, "--log-key", service.key, "--checkpoint", service.kept)
    require(result.returncode == 0 and ": 0 more, " in result.stdout, result.stdout)
    result = service.verify(service.honest, "--since", service.kept)
    require(result.returncode == 64 and "--since needs --log-key" in result.stdout, result.stdout)


def test_witnesses_and_stamps_of_the_rest_are_demanded(service, tmp_path):
    witness = Witness(tmp_path, service.key)
    authority = service.gateway.state / "tsa.pem"

    def cosigned(path, name):
        note = path.read_bytes()
        file = tmp_path / name
        file.write_bytes(note + witness.cosign(tlog.signatures(note)[0]))
        return file

    older, newest = cosigned(service.kept, "older"), cosigned(service.checkpoint, "newest")
    result = since(service, service.honest, "--witness", witness.vkey)
    require(result.returncode == 1 and f"there is no checkpoint that {witness.name} cosigned" in result.stdout, result.stdout)
    result = since(service, service.honest, "--witness", witness.vkey, "--checkpoint", newest)
    size = size_of(newest.read_bytes())
    require(result.returncode == 0 and f"{witness.name} saw it grow to {size} entries" in result.stdout, result.stdout)
    # The checkpoint itself is enough, unless little may be behind it; one of before is not.
    from_older = service.verify(service.honest, "--since", older, "--log-key", service.key, "--witness", witness.vkey)
    require(from_older.returncode == 0, from_older.stdout)
    result = service.verify(
        service.honest, "--since", older, "--log-key", service.key, "--witness", witness.vkey, "--most-behind", "5")
    require(result.returncode == 1 and "NOT witnessed as it has to be" in result.stdout, result.stdout)
    result = service.verify(
        service.honest, "--since", service.checkpoint, "--log-key", service.key, "--witness", witness.vkey, "--checkpoint", older)
    require(result.returncode == 1 and "there is no checkpoint that" in result.stdout, result.stdout)
    with opened(service.honest) as db:
        stamped = size_of(db.execute("SELECT checkpoint FROM audit_stamp ORDER BY day DESC LIMIT 1").fetchone()[0])
    first = tmp_path / "first"
    first.write_bytes(service.first)
    require(size_of(service.first) <= stamped < size, f"{stamped} entries are stamped")
    keys = ["--log-key", service.key, "--tsa-ca", authority]
    result = service.verify(service.honest, "--since", first, *keys)
    require(result.returncode == 0 and "have time-stamps that verify, the last of " in result.stdout, result.stdout)
    result = service.verify(service.honest, "--since", service.checkpoint, *keys)
    require(result.returncode == 1 and "there is no time-stamp of a checkpoint" in result.stdout, result.stdout)


def edited(service, tmp_path, edit):
    copy = tmp_path / "edited.sqlite"
    shutil.copyfile(service.honest, copy)
    with Log(copy) as log:
        edit(log)
    return copy


def test_what_is_before_is_not_read(service, tmp_path):
    copy = edited(service, tmp_path, lambda log: log.run("UPDATE audit_entry SET payload = zeroblob(9) WHERE position = 20"))
    require(since(service, copy).returncode == 0, "what is before was read")
    result = service.verify(copy, "--log-key", service.key)
    require(result.returncode == 1 and "entry 20 was changed" in result.stdout, result.stdout)


def test_an_entry_before_that_one_behind_goes_on_from(service, tmp_path):
    size = size_of(service.kept.read_bytes())

    def edit(log):
        first = log.header(size + 1)
        named = [position for position in range(1, size + 1) if leaf(log.header(position).octets) == first.previous]
        require(named, "the first entry behind begins a lane")
        log.run("UPDATE audit_entry SET header = CAST(substr(header, 1, length(header) - 1) || x'00' AS BLOB) "
                "WHERE position = ?", named[0])

    result = since(service, edited(service, tmp_path, edit))
    require(result.returncode == 1 and "NOT whole: entry " in result.stdout, result.stdout)
    require("was changed" in result.stdout, result.stdout)


@pytest.mark.parametrize("statement, says", [
    ("UPDATE audit_entry SET payload = zeroblob(9) WHERE position = :behind", "was changed"),
    ("DELETE FROM audit_entry WHERE position = :behind", "is missing"),
    ("DELETE FROM audit_entry WHERE position = (SELECT max(position) FROM audit_entry)", "NOT whole"),
    ("UPDATE audit_tile SET hashes = CAST(substr(hashes, 1, length(hashes) - 1) || x'00' AS BLOB) "
     "WHERE level = 0 AND number = (SELECT max(number) FROM audit_tile WHERE level = 0)", "is not the tile of these entries"),
    ("DELETE FROM audit_tree", "there is no stored checkpoint"),
])
def test_what_is_behind_is_found(service, tmp_path, statement, says):
    behind = size_of(service.kept.read_bytes()) + 20
    copy = edited(service, tmp_path, lambda log: log.db.execute(statement, {"behind": behind}))
    result = since(service, copy)
    require(result.returncode == 1 and says in result.stdout, result.stdout)


def test_the_end_forged_with_its_lane_needs_the_device(service, tmp_path):
    copy = edited(service, tmp_path, lambda log: log.forge())
    require(since(service, copy).returncode == 0, "found without the device")
    result = since(service, copy, "--device", "--config", service.gateway.state / "config.json")
    require(result.returncode == 1 and "a row of audit_lane that was edited" in result.stdout, result.stdout)
