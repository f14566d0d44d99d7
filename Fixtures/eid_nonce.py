"""The nonce of an eID log-in that authorizes these digests and no others (SCAL 2).

    eid_nonce.py CHALLENGE HASH_OID NUM_SIGNATURES DIGEST...

CHALLENGE: what credentials/getChallenge gave. HASH_OID, NUM_SIGNATURES and the digests (base64, in the same order): as
credentials/authorize will get them.
"""

import base64
import hashlib
import sys


def eid_nonce(challenge, hash_oid, num_signatures, digests):
    """`digests`: raw octets."""
    text = b"countersign nonce v1\0" + hashlib.sha256(challenge.encode()).digest()
    text += hash_oid.encode() + b"\0" + num_signatures.to_bytes(4, "big") + b"".join(digests)
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    challenge, hash_oid, count, *digests = sys.argv[1:]
    print(eid_nonce(challenge, hash_oid, int(count), [base64.b64decode(text) for text in digests]))
