"""Ports that nobody uses, and processes of a test's own, each ended by its pid."""

import itertools
import os
import random
import socket
import subprocess
import time
from pathlib import Path

from harness.failure import Failure

START_SECONDS = 60
STOP_SECONDS = 10
# Below those that the system gives to outgoing connections, and apart: a sandbox takes some right after its own.
PORTS = range(20_000, 32_000, 4)

_given = set()


def free_ports(count, first=None):
    """Ports of loopback that nobody listens on and that were not given away before, from `first` on or anywhere."""
    candidates = itertools.count(first) if first else random.sample(PORTS, len(PORTS))
    found = []
    for port in candidates:
        if port not in _given and is_free(port):
            found.append(port)
            _given.add(port)
        if len(found) == count:
            return found
    raise Failure("no port is free")


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Process:
    """A process whose output goes to a file. Signals of the terminal do not reach it; the test ends it."""

    def __init__(self, command, log, environment=None, stdin=subprocess.DEVNULL):
        self.log = Path(log)
        with open(log, "ab") as file:
            self._process = subprocess.Popen(
                [str(part) for part in command], stdin=stdin, stdout=file, stderr=file, start_new_session=True,
                env=os.environ | (environment or {}))
        self.pid = self._process.pid

    @property
    def is_running(self):
        return self._process.poll() is None

    def wait_until(self, is_ready, seconds=START_SECONDS):
        """It is killed if it does not get ready."""
        end = time.monotonic() + seconds
        try:
            while not is_ready():
                if not self.is_running:
                    raise Failure(f"it ended with {self._process.returncode} before it was ready\n{self.tail()}")
                if time.monotonic() > end:
                    raise Failure(f"it was not ready after {seconds} s\n{self.tail()}")
                time.sleep(0.02)
        except BaseException:
            self.kill()
            raise

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def stop(self, seconds=STOP_SECONDS):
        """SIGTERM, and the end of its input. The exit code; None if it did not end in time and was killed."""
        self._process.terminate()
        if self._process.stdin:
            self._process.stdin.close()
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        """At once, without a word to anybody who waits for an answer."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def children(self):
        return children_of(self.pid)


def children_of(pid):
    """Pids of those that run, whichever thread started them."""
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in file.read_text().split()]
        except OSError:
            pass  # The thread has ended.
    return [child for child in found if is_running(child)]


def is_running(pid):
    try:
        # The state follows the name, which is in brackets and may hold anything.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
