"""What an auditor has who fetches the log's newest checkpoint again and again while the gateway is killed."""

import threading
import time

# Seconds between two looks; the gateway signs four in a second at most.
PAUSE = 0.02
# Seconds after a start in which entries from before it have to be in the tree.
CATCHING_UP = 5.0


def size_of(checkpoint):
    return int(checkpoint.split(b"\n")[1])


class Auditor(threading.Thread):
    """Keeps each checkpoint in a file of its own."""

    def __init__(self, gateway, folder):
        super().__init__(daemon=True)
        self.gateway = gateway
        self.source = gateway.database.with_name(gateway.database.name + ".checkpoint")
        self.folder = folder / "checkpoints"
        self.folder.mkdir()
        self.files = {}
        self.newest = None
        self.longest = 0.0
        self.caught_up = 0
        # Kills that fell between an entry and its checkpoint.
        self.left_out = 0
        self.is_over = False
        self.lock = threading.Lock()

    def run(self):
        while not self.is_over:
            self.look()
            time.sleep(PAUSE)

    def look(self):
        """The size of the newest one; 0 before the first."""
        with self.lock:
            checkpoint = self.source.read_bytes() if self.source.exists() else None
            if checkpoint and checkpoint != self.newest:
                self.keep(checkpoint)
            return size_of(self.newest) if self.newest else 0

    def keep(self, checkpoint):
        size = size_of(checkpoint)
        root = checkpoint.split(b"\n")[2]
        require = self.gateway.findings.require
        require(self.newest is None or size > size_of(self.newest), f"a checkpoint of {size} after a larger one")
        require(self.files.get(size, (root,))[0] == root, f"two trees of {size} entries")
        file = self.folder / str(size)
        file.write_bytes(checkpoint)
        self.files[size] = (root, file)
        self.newest = checkpoint

    def catch_up(self, count):
        """Waits until so many entries, which were there before the last start, are in the tree."""
        begin = time.monotonic()
        while (size := self.look()) < count:
            if time.monotonic() - begin > CATCHING_UP:
                self.gateway.findings.add(f"{count - size} entries are not in the tree {CATCHING_UP} s after a start")
                return
            time.sleep(PAUSE)
        self.longest = max(self.longest, time.monotonic() - begin)
        self.caught_up += 1

    def options(self):
        """Of `countersign audit verify`: the log's key, and every checkpoint that was seen."""
        return ["--log-key", self.key] + [
            option for _, file in self.files.values() for option in ("--checkpoint", file)]

    def fetch_key(self):
        answer = self.gateway.run("audit", "key", "--config", self.gateway.state / "config.json")
        answer.check_returncode()
        self.key = answer.stdout.strip()

    def end(self):
        self.is_over = True
        self.join()
        self.look()
