"""One-time codes as an authenticator app has them."""

import base64
import hashlib
import hmac
import time


class OneTimeCodes:
    """RFC 6238 with SHA-1, 30 s, 6 digits.

    A code works once, and a run may follow another at once: only time steps that began after this object was made are
    used, each for one code.
    """

    def __init__(self):
        self.used = int(time.time()) // 30

    def next(self, secret_base32):
        if int(time.time()) // 30 <= self.used:
            time.sleep((self.used + 1) * 30 - time.time() + 0.1)
        self.used = int(time.time()) // 30
        return code(secret_base32, self.used)


def code(secret_base32, step):
    key = base64.b32decode(secret_base32 + "=" * (-len(secret_base32) % 8))
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset:offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
