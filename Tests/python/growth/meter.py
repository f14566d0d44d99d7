"""Measures what a request costs: processor time of the service's process, not the clock, so that other programs on the machine do
not count; of several tries the least.
"""

import time

from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from harness.failure import Failure

TRIES = 3
MOST = 3.0
# Seconds of processor time below which nothing grows that could hold anybody up.
NOTHING = 0.03
# Statuses of requests whose body was not read.
UNREAD = (404, 405, 408, 411, 413, 415, 417, 429, 431, 503)


def clock_of(port):
    """The clock of the processor time of the process that listens on this port of this machine."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                sockets.add(f"socket:[{fields[9]}]")
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if any(str(file.readlink()) in sockets for file in (entry / "fd").iterdir()):
                return (~int(entry.name) << 3) | 2  # clock_getcpuclockid(3)
        except OSError:
            continue
    raise Failure(f"no process listens on port {port}")


class Meter:
    """A service whose work is measured."""

    def __init__(self, base, token):
        self.to = urlsplit(base)
        self.clock = clock_of(self.to.port)
        self.token = token

    def headers(self, path, kind):
        """A token where one is needed. The others know who calls by the body, and would refuse it unread."""
        needed = path.startswith("/csc/") and "/oauth2/" not in path and not path.endswith("/auth/login")
        return {"Content-Type": kind} | ({"Authorization": f"Bearer {self.token}"} if needed else {})

    def cost(self, path, kind, body, tries=TRIES):
        """Seconds of the service's processor time for one request, the least of some; and the answer's status."""
        least = None
        for _ in range(tries):
            connection = HTTPConnection(self.to.hostname, self.to.port, timeout=120)
            connection.connect()
            # The connection is accepted meanwhile, which is not the reader's work.
            time.sleep(0.002)
            before = time.clock_gettime(self.clock)
            connection.request("POST", path, body, self.headers(path, kind))
            answer = connection.getresponse()
            answer.read()
            taken = time.clock_gettime(self.clock) - before
            connection.close()
            least = taken if least is None else min(least, taken)
        return least, answer.status

    def check(self, path):
        """Sees that the token is good: or bodies would be refused unread."""
        status = self.cost(path, "application/json", "{}", tries=1)[1]
        if status != 200:
            raise Failure(f"{path}: {status}")

    def growth(self, path, kind, once, twice):
        """How many times as much `twice` costs as `once`, or 0 if it costs next to nothing; and what is wrong, or None."""
        large, status = self.cost(path, kind, twice, tries=1)
        if status == 500 or status in UNREAD:
            return 0, f"{status} for a body of {len(twice)} octets"
        if large < NOTHING:
            return 0, None
        small, _ = self.cost(path, kind, once)
        for _ in range(TRIES):
            if large <= MOST * small:
                break
            # Measured again: a page fault, or a timer of the process, is not the reader's.
            small = max(small, self.cost(path, kind, once)[0])
            large = min(large, self.cost(path, kind, twice)[0])
        wrong = f"{len(once)} octets {small:.3f} s, {len(twice)} octets {large:.3f} s" if large > MOST * small else None
        return large / small, wrong
