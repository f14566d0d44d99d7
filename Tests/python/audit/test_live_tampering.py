"""The database of a gateway is edited while it runs, or put back to an older copy between two starts."""

import shutil
import time

from pathlib import Path

import pytest

from audit.case import is_ready, lines, refused
from audit.forging import size_of
from harness.failure import Failure, require, wait_for
from harness.gateway import Served, opened

STOPPED = "the audit log was edited; its tree has stopped, and with it the service is not ready"
# Tries to edit an entry before it is in the tree, which is done four times a second.
TRIES = 40


def edited_before_the_tree(service, gateway):
    """Changes the header of an entry that is not in the tree yet, as somebody who is quick enough."""
    for _ in range(TRIES):
        service.portal.base = gateway.url
        service.sign(1)
        with opened(service.database, isolation_level=None) as db:
            db.execute("BEGIN IMMEDIATE")
            size = size_of(db.execute("SELECT checkpoint FROM audit_tree").fetchone()[0])
            changed = db.execute(
                "UPDATE audit_entry SET header = CAST(substr(header, 1, length(header) - 32) || zeroblob(32) AS BLOB) "
                "WHERE position = (SELECT max(position) FROM audit_entry) AND position > ?", [size]).rowcount
            db.execute("COMMIT")
        if changed:
            return
    raise Failure("each entry was in the tree before it could be edited")


def test_an_entry_edited_before_it_is_in_the_tree(service):
    with Served(service.gateway.state) as gateway:
        edited_before_the_tree(service, gateway)
        wait_for(lambda: not is_ready(gateway))
        [line] = lines(gateway, "critical")
        require(line["message"] == STOPPED, line)
        require(line["reason"].startswith("the audit log is not whole: lane "), line)
        size = size_of(service.checkpoint.read_bytes())
    # Another start does not help, and nothing of it is signed.
    gateway.launch()
    try:
        wait_for(lambda: len(lines(gateway, "critical")) == 2)
        require(not is_ready(gateway), "it is ready over an entry that was edited")
    finally:
        gateway.stop()
    require(size_of(service.checkpoint.read_bytes()) == size, "a checkpoint was signed over an entry that was edited")
    result = service.verify(service.database, "--log-key", service.key, "--checkpoint", service.checkpoint)
    require(result.returncode == 1 and "was changed" in result.stdout, result.stdout)


def test_entries_cut_off_under_a_running_gateway(service):
    """With the lane's row of before, whose MAC fits: the process knows what it wrote last."""
    with Served(service.gateway.state) as gateway:
        service.portal.base = gateway.url
        service.settled()
        with opened(service.database) as db:
            lanes = db.execute("SELECT * FROM audit_lane").fetchall()
            count = db.execute("SELECT count(*) FROM audit_entry").fetchone()[0]
        service.sign(1)
        with opened(service.database) as db:
            db.execute("DELETE FROM audit_entry WHERE position > ?", [count])
            db.executemany("INSERT OR REPLACE INTO audit_lane VALUES (?, ?, ?, ?, ?, ?)", lanes)
        wait_for(lambda: not is_ready(gateway), 10)
        line = lines(gateway, "critical")[0]
        require((line["message"], line["table"]) == ("the database was edited", "audit_lane"), line)
        with pytest.raises(Failure, match="500"):
            service.sign(1)


def edited_tree(service, gateway):
    """Changes the row of the tree, and has the gateway meet it."""
    service.portal.base = gateway.url
    service.settled()
    with opened(service.database) as db:
        require(db.execute("UPDATE audit_tree SET time = time + 1").rowcount == 1, "there is no tree")
    checkpoint = service.checkpoint.read_bytes()
    service.sign(1)
    line = wait_for(lambda: lines(gateway, "critical"))[0]
    require((line["message"], line["table"]) == ("the database was edited", "audit_tree"), line)
    return checkpoint


def test_the_row_of_the_tree_edited_under_a_running_gateway(service):
    with Served(service.gateway.state) as gateway:
        checkpoint = edited_tree(service, gateway)
        service.sign(1)
        # Longer than between two looks for entries.
        time.sleep(3)
        require(service.checkpoint.read_bytes() == checkpoint, "a checkpoint was signed over a row that was edited")
    said = refused(gateway)
    require("a row of audit_tree that was edited" in said, said)


def test_a_gateway_that_meets_an_edited_row_of_the_tree_is_not_ready(service):
    with Served(service.gateway.state) as gateway:
        edited_tree(service, gateway)
        wait_for(lambda: not is_ready(gateway), 5)


@pytest.mark.parametrize("statement, says", [
    ("UPDATE audit_tree SET time = time + 1", "a row of audit_tree that was edited"),
    ("UPDATE audit_tree SET checkpoint = replace(checkpoint, 'log', 'Log')", "a row of audit_tree that was edited"),
    ("UPDATE audit_progress SET count = count - 1", "a row of audit_progress that was edited"),
    ("UPDATE audit_tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB)",
     "the stored tree of the audit log is not the one that its checkpoint says"),
    ("DELETE FROM audit_tile", "the stored tree of the audit log is not the one that its checkpoint says"),
    ("DELETE FROM audit_tree", "the audit log once had a checkpoint of "),
])
def test_a_start_on_an_edited_log_is_refused(service, statement, says):
    with opened(service.database) as db:
        require(db.execute(statement).rowcount > 0, "nothing was edited")
    said = refused(Served(service.gateway.state))
    require(says in said, said[-1500:])


def test_an_older_copy_that_is_put_back(service):
    older = service.copied("older.sqlite")
    with Served(service.gateway.state):
        service.settled()
    service.settled()
    kept = service.folder / "kept.checkpoint"
    shutil.copyfile(service.checkpoint, kept)
    lost = size_of(kept.read_bytes())
    service.put(older)

    gateway = Served(service.gateway.state)
    said = refused(gateway)
    words = f"once had a checkpoint of {lost} entries that the database does not lead to; it may be an older copy"
    require(words in said, said)
    accepted = gateway.run("audit", "accept-restored", "--config", service.gateway.state / "config.json")
    before, words, moved = accepted.stdout.partition(f"the checkpoint of {lost} entries is kept as ")
    require(accepted.returncode == 0 and words, accepted.stdout)
    require(Path(moved.strip()).read_bytes() == kept.read_bytes(), "another checkpoint was kept")
    with gateway:
        service.settled()
        [event] = gateway.events("database.restored")
        require(event["lost"] == lost, event)
        require(service.verify(service.database, "--log-key", service.key).returncode == 0, "the log is not whole")
    # Who has the newer checkpoint sees it for good, also when the log is longer again.
    for _ in range(2):
        result = service.verify(service.database, "--log-key", service.key, "--checkpoint", kept)
        require(result.returncode == 1 and f"kept.checkpoint is of {lost} " in result.stdout, result.stdout)
        with gateway:
            service.portal.base = gateway.url
            service.sign(5)
            service.settled()
