#!/usr/bin/env python3
"""Signs files for a customer whom the portal itself has authenticated.

The portal says so in a signed statement, and the gateway takes the statement as the factor PARTNER. Does what sign.sh
does, with the same environment; needs Python 3 and its package `cryptography`.

    sign.py FILE…

Prints the signatures, base64, one a line in the order of the files. Exits 1 if the gateway refuses.
"""

import base64
import hashlib
import json
import os
import secrets
import ssl
import sys
import time
import urllib.error
import urllib.request

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

SHA256 = "2.16.840.1.101.3.4.2.1"
ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def statement(claims, key, key_id):
    """A compact JWS (RFC 7515) with ES256: R and S as 32 octets each."""
    header = {"alg": "ES256", "kid": key_id, "typ": "partner-statement+jwt"}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def call(method, body):
    """The answer; ends the program if the gateway refuses."""
    request = urllib.request.Request(
        f"{os.environ['GATEWAY']}/csc/v2/{method}", json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {os.environ['TOKEN']}"},
    )
    trust = ssl.create_default_context(cafile=os.environ.get("CACERT"))
    try:
        with urllib.request.urlopen(request, timeout=20, context=trust) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        sys.exit(f"{method} was refused: {refusal.code} {refusal.read().decode()}")


def main(files):
    if not files:
        sys.exit("usage: sign.py FILE…")
    environment = os.environ
    with open(environment["KEY"], "rb") as file:
        key = serialization.load_pem_private_key(file.read(), password=None)

    # 1. What is to be signed: base64 SHA-256 of each file.
    digests = []
    for name in files:
        with open(name, "rb") as file:
            digests.append(base64.b64encode(hashlib.sha256(file.read()).digest()).decode())

    # 2. The statement: who was authenticated, when and how, and for which digests. It is good once, for a minute.
    now = int(time.time())
    claims = {
        "iss": environment["ISSUER"],
        "aud": environment["AUDIENCE"],
        "sub": environment["CUSTOMER"],
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_hex(16),
        "auth_time": int(environment["AUTH_TIME"]),
        "acr": environment["ACR"],
        "amr": environment["AMR"].split(),
        "credentialID": environment["CREDENTIAL"],
        "dtbsr": digests,
        "hashAlgorithmOID": SHA256,
        "numSignatures": len(digests),
    }

    # 3. The statement becomes signature activation data …
    asked = {"credentialID": environment["CREDENTIAL"], "hashes": digests, "hashAlgorithmOID": SHA256}
    factor = {"id": "PARTNER", "value": statement(claims, key, environment["KEY_ID"])}
    sad = call("credentials/authorize", asked | {"numSignatures": len(digests), "authData": [factor]})["SAD"]

    # 4. … and that the signatures.
    for signature in call("signatures/signHash", asked | {"SAD": sad, "signAlgo": ECDSA_WITH_SHA256})["signatures"]:
        print(signature)


if __name__ == "__main__":
    main(sys.argv[1:])
