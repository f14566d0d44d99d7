"""Runs a command of tests, and ends it when it takes too long.

    within.py MINUTES COMMAND [ARGUMENT ...]

Tests have limits of their own, but code that ignores its cancellation hangs in spite of them. The limit here is for that,
and much longer than the tests take. After it the command is ended with all of its session, the tests that had begun and
not ended are named, and the exit status is 124. `TIMES=3` makes each limit three times as long, for a slow machine.
"""

import os
import re
import signal
import subprocess
import sys
import threading

# Lines of Swift Testing.
BEGUN = re.compile(rb"Test (\".*\"|\w+\(.*\)) started\.")
ENDED = re.compile(rb"Test (\".*\"|\w+\(.*\)) (?:with \d+ test cases )?(?:passed|failed|skipped)")
# Seconds from the first signal, after which pytest ends what it started, to the last.
GRACE = 20


def kill(group, which):
    try:
        os.killpg(group, which)
    except ProcessLookupError:
        pass


class Run:
    def __init__(self, minutes, command):
        self.minutes, self.command = minutes, command
        self.open, self.isOver = {}, threading.Event()
        self.hasTimedOut = False

    def __call__(self):
        # A session of its own, so that everything that it starts can be ended with it.
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        threading.Thread(target=self.watch, daemon=True).start()
        reader = threading.Thread(target=self.copy, daemon=True)
        reader.start()
        status = self.process.wait()
        self.isOver.set()
        if self.hasTimedOut:
            # What it started may not heed the first signal though it did itself.
            kill(self.process.pid, signal.SIGKILL)
        reader.join(GRACE)
        # Something that it left running may hold the pipe open.
        if not reader.is_alive():
            self.process.stdout.close()
        if self.hasTimedOut:
            print(self.report(), file=sys.stderr)
            return 124
        return status if status >= 0 else 128 - status

    def copy(self):
        for line in self.process.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            self.read(line)

    def watch(self):
        if self.isOver.wait(self.minutes * 60):
            return
        self.hasTimedOut = True
        kill(self.process.pid, signal.SIGTERM)
        if not self.isOver.wait(GRACE):
            kill(self.process.pid, signal.SIGKILL)

    def read(self, line):
        if found := ENDED.search(line):
            self.open.pop(found.group(1), None)
        elif found := BEGUN.search(line):
            self.open[found.group(1)] = True

    def report(self):
        lines = [f"\n{' '.join(self.command[:3])} … did not end in {self.minutes:g} minutes, and was ended."]
        if self.open:
            lines.append("These tests had begun and not ended; one of them waits for something that does not come:")
            lines += ["  " + name.decode(errors="replace") for name in self.open]
            lines.append("Run one alone: swift test --filter SUITE. Who waits there must heed cancellation.")
        else:
            lines.append("The last line above tells where it was.")
        lines.append("If this machine is only slow, give it more time: make TIMES=3 …")
        return "\n".join(lines)


def main():
    try:
        minutes = float(sys.argv[1]) * float(os.environ.get("TIMES") or 1)
        command = sys.argv[2:]
        if not command or minutes <= 0:
            raise ValueError
    except (IndexError, ValueError):
        print(__doc__, file=sys.stderr)
        return 64
    run = Run(minutes, command)
    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(which, lambda *_: kill(run.process.pid, signal.SIGTERM))
    return run()


if __name__ == "__main__":
    sys.exit(main())
