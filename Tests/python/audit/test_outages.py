"""Outages of a real gateway on its operator's page: what is out, since when and until when. A lost lease ends it."""

import calendar
import html
import re
import socket
import time

from contextlib import contextmanager

import pytest

from audit.case import LABEL, is_ready, lines
from harness.failure import require, wait_for
from harness.gateway import Served, opened
from harness.portal import digest
from harness.wire import Wire

TOKEN = "a-token-of-this-operator"
ROWS = "Database, rows put back or removed"
WELL = "No fault is known."
TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})"
LOST = "signing has stopped, and the service ends"
# Seconds within which rows are looked at again, and a gateway without a lease ends.
LOOK, END = 40, 25


class Page:
    """The operator's page as text, line by line."""

    def __init__(self, gateway):
        answer = Wire(None).send(
            "GET", f"{gateway.url}/operator?lang=en", [("Authorization", f"Bearer {TOKEN}")])
        require(answer.status == 200, answer.summary())
        body = answer.text.partition("<main")[2]
        self.text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))

    def fault(self, part):
        """Since when a part is out, as the page's first lines say; None if it is not."""
        found = re.search(re.escape(part) + ", since " + TIME, self.text)
        return seconds(found[1]) if found else None

    def outage(self, part):
        """From when until when a part was out, as the table says; the end is None while that goes on."""
        found = re.search(re.escape(part) + " " + TIME + " (?:goes on|" + TIME + ")", self.text)
        require(found, f"no outage of {part}: {self.text}")
        return seconds(found[1]), found[2] and seconds(found[2])


def seconds(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S"))


@contextmanager
def shown(service):
    """A gateway with a page for operators."""
    file = service.folder / "operator-token"
    file.write_text(TOKEN + "\n")
    file.chmod(0o600)
    gateway = Served(service.gateway.state)
    gateway.config["operator"] = {"tokenFile": str(file)}
    service.portal.base = gateway.url
    with gateway:
        yield gateway


def authorize(service):
    return service.portal.authorize(LABEL, [digest()], {"PIN": service.pin}).status


@contextmanager
def zeroed(service):
    """A MAC in the file is zeros, past SQLite."""
    with opened(service.database, isolation_level=None) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [[mac]] = db.execute("SELECT mac FROM certificate_subject LIMIT 1").fetchall()
    place = service.database.read_bytes().index(mac)

    def write(octets):
        with service.database.open("r+b") as file:
            file.seek(place)
            file.write(octets)

    write(bytes(len(mac)))
    yield
    write(mac)


@contextmanager
def without_a_row(service):
    """A row is deleted through SQLite."""
    with opened(service.database) as db:
        [row] = db.execute("SELECT * FROM certificate_subject LIMIT 1").fetchall()
        require(db.execute("DELETE FROM certificate_subject WHERE mac = ?", [row[-1]]).rowcount == 1, "none was deleted")
    yield
    with opened(service.database) as db:
        db.execute(f"INSERT INTO certificate_subject VALUES ({', '.join('?' * len(row))})", row)


@pytest.mark.parametrize("edit", [zeroed, without_a_row])
def test_rows_that_are_edited(service, edit):
    with shown(service) as gateway:
        require(WELL in Page(gateway).text, Page(gateway).text)
        begin = int(time.time())
        with edit(service):
            # Nobody asks for anything: they are looked at all the same.
            began = wait_for(lambda: Page(gateway).fault(ROWS), LOOK)
            require(begin <= began <= time.time(), began)
            require(Page(gateway).outage(ROWS) == (began, None), Page(gateway).text)
            require(WELL not in Page(gateway).text and not is_ready(gateway), Page(gateway).text)
            require(authorize(service) == 500, "it authorizes")
            restored = int(time.time())
        wait_for(lambda: WELL in Page(gateway).text, LOOK)
        first, last = Page(gateway).outage(ROWS)
        require(first == began and restored <= last <= time.time(), (first, last))
        wait_for(lambda: is_ready(gateway))
        require(authorize(service) == 200, "it does not authorize")
        require(any("as the gateways left them again" in line["message"] for line in lines(gateway, "notice")), "not told")


@contextmanager
def taken(service):
    """Another process has taken the place, as one on another machine would."""
    with opened(service.database) as db:
        require(db.execute("UPDATE instance_lease SET fence = fence + 1, incarnation = 'other'").rowcount > 0, "no lease")
    yield


@contextmanager
def moved(service):
    """The path leads to the file no more."""
    other = service.database.with_name("moved.sqlite")
    service.database.rename(other)
    yield
    other.rename(service.database)


def status_of(service):
    """Of an authorization; None if nobody listens any more."""
    try:
        return authorize(service)
    except OSError:
        return None


class Unfinished:
    """A call whose body is not complete yet."""

    def __init__(self, service, gateway):
        self.socket = socket.create_connection(("127.0.0.1", gateway.config["http"]["port"]), timeout=END)
        self.socket.sendall((
            "POST /csc/v2/credentials/list HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {service.portal.owner(LABEL)['serviceToken']}\r\nContent-Length: 2\r\n\r\n{{").encode())

    def finish(self):
        with self.socket:
            self.socket.sendall(b"}")
            answer = self.socket.recv(1000)
            require(answer.startswith(b"HTTP/1.1 "), f"a call that ran has no answer: {answer}")


@pytest.mark.parametrize("loss", [taken, moved])
def test_a_lease_that_is_lost(service, loss):
    gateway = Served(service.gateway.state)
    service.portal.base = gateway.url
    with gateway:
        process = gateway.process
        call = Unfinished(service, gateway)
        with loss(service):
            if loss is taken:
                require(status_of(service) != 200, "it authorizes without a lease")
                wait_for(lambda: not is_ready(gateway))
            wait_for(lambda: any(line["message"] == LOST for line in lines(gateway, "critical")), END)
            call.finish()
            wait_for(lambda: not process.is_running, END)
        code = gateway.stop()
        require(code == 1, code)
        [line] = [line for line in lines(gateway, "critical") if line["message"] == LOST]
        require("lost its place as instance" in line["reason"] and "start it again" in line["reason"], line)
        require(gateway.log.read_text().rstrip().endswith(f"Error: {line['reason']}"), "the end has another reason")
    with gateway:
        require(is_ready(gateway) and authorize(service) == 200, "it does not go on after a start")
