"""What broke a promise."""

import sys
import threading


class Findings:
    """What broke a promise."""

    def __init__(self):
        self.texts = []
        self.lock = threading.Lock()

    def add(self, text):
        with self.lock:
            self.texts.append(text)
            if len(self.texts) <= 20:
                print(f"VIOLATION: {text}", file=sys.stderr, flush=True)

    def require(self, holds, text):
        if not holds:
            self.add(text)
