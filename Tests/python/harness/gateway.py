"""Gateways of a test's own: a sandbox, and `countersign serve` on the state that a sandbox made."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from harness import exchanges
from harness.failure import require
from harness.processes import Process, free_ports
from harness.program import PROGRAM, SANDBOX
from harness.sandbox import Sandbox


class Instance:
    """One process of the program on a state folder; it can be stopped, killed, and started again."""

    def __init__(self, state, log=None):
        self.state = Path(state)
        self.log = log
        self.database = self.state / "countersign.sqlite"
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def is_ready(self):
        raise NotImplementedError

    def launch(self):
        self.process = Process(self.command(), self.log, self.environment())

    def start(self):
        self.launch()
        self.process.wait_until(self.is_ready)
        return self

    def stop(self):
        """By SIGTERM. The exit code, or None if it had to be killed."""
        if self.process is not None:
            process, self.process = self.process, None
            return process.stop()

    def kill(self):
        if self.process is not None:
            process, self.process = self.process, None
            process.kill()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def run(self, *arguments):
        """What the program's command says, as an operator runs it while the gateway runs."""
        return subprocess.run(
            [PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=os.environ | self.device())

    def device(self):
        """The variables that name the device's files."""
        file = self.state / "softhsm2.conf"
        return {"SOFTHSM2_CONF": str(file)} if file.exists() else {}

    def audit(self, command, *arguments, database=None):
        return self.run("audit", command, *arguments, "--database", database or self.database)

    def verify_audit(self):
        """What the command says of a log that is whole."""
        result = self.audit("verify")
        require(result.returncode == 0, f"the audit log is damaged: {result.stdout}")
        return result.stdout.strip()

    def events(self, kind=None):
        """Entries of the audit log, oldest first, those of a kind if one is named."""
        listing = self.audit("list")
        require(listing.returncode == 0, f"the audit log cannot be read: {listing.stdout}")
        entries = [json.loads(line) for line in listing.stdout.splitlines()]
        return [entry for entry in entries if kind in (None, entry["kind"])]


class Gateway(Instance):
    """A sandbox."""

    def __init__(self, folder, *options, level="notice", first_port=None):
        super().__init__(Path(folder) / "state", Path(folder) / "gateway.log")
        self.ports = free_ports(2, first_port)
        self.options = [*options, "--log-level", level]
        self.announcement = self.state / "sandbox.json"

    def command(self):
        port, tls_port = self.ports
        return [*SANDBOX, "--state", self.state, "--port", port, "--tls-port", tls_port, *self.options]

    def is_ready(self):
        return self.announcement.exists()

    def launch(self):
        # The one of the last run would look like readiness until the sandbox removes it.
        self.announcement.unlink(missing_ok=True)
        super().launch()

    @property
    def sandbox(self):
        return Sandbox(self.announcement)


class Served(Instance):
    """`countersign serve` with the configuration of a sandbox, which may be changed before each start."""

    def __init__(self, state, name="served"):
        super().__init__(state, Path(state).parent / f"{name}.log")
        self.name = name
        self.config = json.loads((self.state / "config.json").read_text())

    def beside(self):
        """Makes it another instance with ports of its own."""
        self.config["instance"] = self.name
        self.config["http"]["port"], self.config["tls"]["port"] = free_ports(2)
        # Its port is the first gateway's.
        self.config["tls"].pop("clientCertificates", None)
        return self

    @property
    def url(self):
        return f"http://127.0.0.1:{self.config['http']['port']}"

    def environment(self):
        return self.device()

    def command(self):
        file = self.state.parent / f"{self.name}.json"
        file.write_text(json.dumps(self.config))
        exchanges.gateway(self.url)
        return [PROGRAM, "serve", "--config", file]

    def is_ready(self):
        return answers(f"{self.url}/health/ready")


def answers(url):
    """Whether a GET is answered with 200."""
    host, slash, path = url.removeprefix("http://").partition("/")
    connection = HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", slash + path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def copy_of(database):
    """A copy of a database that was not closed: opening the file would repair it, which is the gateway's task."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / database.name
        for suffix in ("", "-wal"):
            source = database.with_name(database.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        yield copy


@contextmanager
def opened(database, **options):
    """A connection that is closed in the end; what was changed is kept if nothing is raised."""
    connection = sqlite3.connect(database, timeout=10, **options)
    try:
        with connection:
            yield connection
    finally:
        connection.close()
