"""The gateway under test: started, killed, stopped, and its disk."""

import random
import time

from harness import gateway
from harness.processes import STOP_SECONDS, is_running

# A later start takes about 0.2 seconds.
STARTING_SECONDS = (0.0, 0.3)


class Gateway(gateway.Gateway):
    def __init__(self, folder, findings, *options, level="warning", first_port=None):
        super().__init__(folder, *options, level=level, first_port=first_port)
        self.findings = findings
        # What loses unsynced changes at a power failure; None if there are only kills.
        self.disk = None
        self.is_dying = False
        self.starts = []
        self.kills_while_starting = 0
        self.power_failures = 0

    def environment(self):
        return self.disk.environment() if self.disk else {}

    def start(self):
        """What sandbox.json tells."""
        self.is_dying = False
        begin = time.monotonic()
        super().start()
        self.starts.append(time.monotonic() - begin)
        return self.sandbox.facts

    def start_and_kill(self):
        self.launch()
        time.sleep(random.uniform(*STARTING_SECONDS))
        self.kill()
        self.kills_while_starting += 1

    def kill(self):
        self.is_dying = True
        if self.process is not None:
            children = self.process.children()
            super().kill()
            if self.disk:
                self.disk.end_notes()
            self.expect_end(children)

    def stop(self):
        self.is_dying = True
        if self.process is not None:
            children = self.process.children()
            code = super().stop()
            self.findings.require(code == 0, f"after SIGTERM the gateway ended with {code}; None: it had to be killed")
            self.expect_end(children)

    def lose_power(self):
        """After a kill, or a stop."""
        self.disk.fail()
        self.power_failures += 1

    def expect_end(self, children):
        """The eID simulator must not outlive its sandbox."""
        deadline = time.monotonic() + STOP_SECONDS
        while any(map(is_running, children)):
            if time.monotonic() > deadline:
                self.findings.add(f"a child of the gateway outlived it: {children}")
                return
            time.sleep(0.02)
