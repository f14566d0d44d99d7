"""A log that is worth an attack: a sandbox that has signed, copies of its database, and what verifiers have of it."""

import json
import shutil

import pytest

from harness.failure import Failure, require, wait_for
from harness.gateway import Gateway, answers, copy_of, opened
from harness.portal import Portal, digest
from audit.forging import Log, size_of

LABEL = "p256-pin"
# Authorizations, each of some signatures, until the older checkpoint and after it.
BEFORE, AFTER = 90, 90


def lines(gateway, level):
    """What the gateway's log says at a level."""
    entries = [json.loads(line) for line in gateway.log.read_text().splitlines() if line.startswith("{")]
    return [entry for entry in entries if entry["level"] == level]


def is_ready(gateway):
    return answers(f"{gateway.url}/health/ready")


class Service:
    """A sandbox and its partner."""

    def __init__(self, folder, name):
        self.folder = folder / name
        self.folder.mkdir()
        self.gateway = Gateway(self.folder).start()
        self.portal = Portal(self.gateway.sandbox)
        self.pin = self.portal.owner(LABEL)["pin"]
        self.key = self.gateway.run("audit", "key", "--config", self.gateway.state / "config.json").stdout.strip()

    @property
    def database(self):
        return self.gateway.database

    @property
    def checkpoint(self):
        return self.database.with_name(self.database.name + ".checkpoint")

    def sign(self, times):
        for _ in range(times):
            digests = [digest(), digest()]
            answer = self.portal.authorize(LABEL, digests, {"PIN": self.pin})
            require(answer.status == 200, f"authorize: {answer.summary()}")
            answer = self.portal.sign(LABEL, digests, sad=answer.json()["SAD"])
            require(answer.status == 200, f"signHash: {answer.summary()}")

    def lag(self):
        """Entries that are not in the tree."""
        with opened(self.database) as db:
            checkpoint = db.execute("SELECT checkpoint FROM audit_tree").fetchone()[0]
            return db.execute("SELECT count(*) FROM audit_entry").fetchone()[0] - size_of(checkpoint)

    def settled(self):
        """Waits until all entries are in the tree, and their checkpoint in its file."""
        wait_for(lambda: self.lag() == 0)
        with opened(self.database) as db:
            stored = db.execute("SELECT checkpoint FROM audit_tree").fetchone()[0]
        wait_for(lambda: self.checkpoint.exists() and self.checkpoint.read_bytes() == stored)

    def stamped(self):
        """Waits until the day has its time-stamp, so that each copy has it."""
        def stamps():
            with opened(self.database) as db:
                return db.execute("SELECT count(*) FROM audit_stamp").fetchone()[0]
        wait_for(stamps)

    def copied(self, name):
        """The database in one file, as it is now."""
        copy = self.folder / name
        with opened(self.database) as source, opened(copy) as target:
            source.backup(target)
        return copy

    def put(self, database):
        """Puts another database in the place of this one; no gateway runs."""
        for file in self.database.parent.glob(self.database.name + "*"):
            if file != self.checkpoint:
                file.unlink()
        shutil.copyfile(database, self.database)

    def verify(self, database, *arguments):
        return self.gateway.audit("verify", *arguments, database=database)

    def sign_and_kill(self):
        """The database with entries that are in no tree: the gateway was killed too early."""
        self.sign(1)
        self.gateway.kill()
        with copy_of(self.database) as copy:
            with opened(copy) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(copy, self.folder / "killed.sqlite")
        return self.folder / "killed.sqlite"


class Case:
    """What the attacker finds, and what auditors have kept."""

    def __init__(self, folder):
        other = Service(folder, "other")
        try:
            other.sign(BEFORE)
            other.settled()
            other.stamped()
            self.foreign_copy = other.copied("foreign.sqlite")
            self.foreign_checkpoint = other.checkpoint.read_bytes()
        finally:
            other.gateway.stop()
        self.service = service = Service(folder, "service")
        try:
            self.origin = service.key.split("+")[0]
            service.settled()
            service.stamped()
            self.oldest_copy = service.copied("oldest.sqlite")
            service.sign(BEFORE)
            service.settled()
            self.older = self.kept("older.checkpoint")
            self.older_copy = service.copied("older.sqlite")
            service.sign(AFTER)
            self.cut_off()
        finally:
            service.gateway.kill()

    def cut_off(self):
        """Kills the gateway between an answer and its checkpoint, which may take some tries."""
        for _ in range(20):
            self.service.settled()
            self.newest = self.kept("newest.checkpoint")
            self.honest = self.service.copied("honest.sqlite")
            self.killed = self.service.sign_and_kill()
            with Log(self.killed) as log:
                if log.count > size_of(log.checkpoint) == size_of(self.newest.read_bytes()):
                    return
            self.service.gateway.start()
        raise Failure("each kill came after the checkpoint")

    def kept(self, name):
        shutil.copyfile(self.service.checkpoint, self.service.folder / name)
        return self.service.folder / name


def refused(gateway):
    """What the log says of a start that is refused."""
    gateway.log.unlink(missing_ok=True)
    try:
        with pytest.raises(Failure, match="ended with 1 before it was ready"):
            gateway.start()
    finally:
        gateway.kill()
    return gateway.log.read_text()
