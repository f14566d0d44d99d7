"""The gateway under test: started, killed, stopped."""

import json
import pathlib
import random
import socket
import subprocess
import time

# A later start takes about 0.2 seconds.
STARTING_SECONDS = (0.0, 0.3)
START_LIMIT = 60.0
STOP_LIMIT = 10.0


class StartFailed(Exception):
    pass


class Gateway:
    def __init__(self, program, folder, port, tls_port, findings):
        self.program = program
        self.state = folder / "state"
        self.log = folder / "gateway.log"
        self.database = self.state / "countersign.sqlite"
        self.ports = (port, tls_port)
        self.findings = findings
        # What loses unsynced changes at a power failure; None if there are only kills.
        self.disk = None
        self.process = None
        self.is_dying = False
        self.starts = []
        self.kills_while_starting = 0
        self.power_failures = 0

    def start(self):
        announcement = self.state / "sandbox.json"
        # The one of the last run would look like readiness until the sandbox removes it.
        announcement.unlink(missing_ok=True)
        self.is_dying = False
        begin = time.monotonic()
        self.launch()
        while not announcement.exists():
            if self.process.poll() is not None:
                raise StartFailed(f"the sandbox ended with {self.process.returncode} before it was ready")
            if time.monotonic() - begin > START_LIMIT:
                raise StartFailed(f"the sandbox was not ready after {START_LIMIT:.0f} s")
            time.sleep(0.02)
        self.starts.append(time.monotonic() - begin)
        return json.loads(announcement.read_text())

    def start_and_kill(self):
        self.launch()
        time.sleep(random.uniform(*STARTING_SECONDS))
        self.kill()
        self.kills_while_starting += 1

    def launch(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [
                    self.program, "sandbox", "--state", self.state, "--port", str(self.ports[0]), "--tls-port",
                    str(self.ports[1]), "--log-level", "warning",
                ],
                # Ctrl-C is for this test alone, which then ends the gateway.
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=self.disk.environment() if self.disk else None,
            )

    def kill(self):
        children = self.children()
        self.is_dying = True
        self.process.kill()
        self.process.wait()
        self.expect_end(children)

    def lose_power(self):
        """After a kill, or a stop."""
        self.disk.fail()
        self.power_failures += 1

    def stop(self):
        children = self.children()
        self.is_dying = True
        self.process.terminate()
        try:
            code = self.process.wait(STOP_LIMIT)
            self.findings.require(code == 0, f"after SIGTERM the gateway ended with {code}")
        except subprocess.TimeoutExpired:
            self.findings.add(f"the gateway did not stop {STOP_LIMIT:.0f} s after SIGTERM")
            self.process.kill()
            self.process.wait()
        self.expect_end(children)

    def abandon(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def children(self):
        pid = self.process.pid
        try:
            return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return []

    def expect_end(self, children):
        """The eID simulator must not outlive its sandbox."""
        deadline = time.monotonic() + STOP_LIMIT
        while any(map(is_running, children)):
            if time.monotonic() > deadline:
                self.findings.add(f"a child of the gateway outlived it: {children}")
                return
            time.sleep(0.02)

    def audit(self, *arguments, database=None):
        return subprocess.run(
            [self.program, "audit", *arguments, "--database", database or self.database],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def is_running(pid):
    try:
        # The state follows the name, which is in brackets and may hold anything.
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def free_ports(first):
    """Two ports that nobody listens on, from `first` on, or anywhere below those of outgoing connections."""
    found = []
    candidates = range(first, 65536) if first else (random.randrange(20000, 32000) for _ in range(1000))
    for port in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
        if len(found) == 2:
            return found
    raise StartFailed("no port is free")
