"""What a client knows about a SAD."""

import base64
import collections
import hashlib
import threading
import time


class Sad:
    """A SAD and what its client knows about it. A request is the tuple of its digests."""

    def __init__(self, value, credential, count, bound):
        self.value = value
        self.credential = credential
        self.count = count
        # The digests that it was authorized for, or None for any.
        self.bound = bound
        self.made = time.monotonic()
        self.answers = {}
        self.interruptions = collections.Counter()
        self.lock = threading.Lock()

    @property
    def name(self):
        """Its name in the ledger and in the audit log."""
        return hashlib.sha256(base64.urlsafe_b64decode(self.value)).hexdigest()

    @property
    def limit(self):
        return self.count if self.bound is None else len(self.bound)

    def certainly_left(self):
        """How many signatures, or which, are left even if every interrupted call spent what it asked for."""
        spent = collections.Counter()
        for request in self.answers.keys() | self.interruptions.keys():
            times = self.interruptions[request] + (request in self.answers)
            for digest in request:
                spent[digest] += times
        if self.bound is None:
            return max(0, self.count - spent.total())
        left = collections.Counter(self.bound)
        left.subtract(spent)
        return list((+left).elements())

    def certainly_fits(self, request):
        left = self.certainly_left()
        if self.bound is None:
            return len(request) <= left
        return not collections.Counter(request) - collections.Counter(left)

    def certainly_too_much(self, request):
        if request in self.answers:
            return False
        spent = sum(map(len, self.answers))
        if spent + len(request) > self.limit:
            return True
        return self.bound is not None and not set(request) <= set(self.bound)
