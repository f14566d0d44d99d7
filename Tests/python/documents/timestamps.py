"""Ask a running sandbox for time-stamps, and judge them with openssl, asn1crypto and pyHanko.

    .venv/bin/python Tests/python/documents/timestamps.py .sandbox/sandbox.json
"""

import asyncio
import base64
import hashlib
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from asn1crypto import cms
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus

from sandbox import Sandbox, b64, demand, openssl, run_cases

HASHES = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
NONCES = [None, "5c1e09aa77b3", "0000000001", "FFFFFFFFFFFFFFFF", "8" + "0" * 63, "f" * 80, "abc"]
DATA = b"what is stamped"


def token_of(sandbox, version, name, nonce):
    digest = hashlib.new(name, DATA).digest()
    body = {"hash": b64(digest), "hashAlgo": HASHES[name]}
    if nonce is not None:
        body["nonce"] = nonce
    return base64.b64decode(sandbox.call(f"{version}/signatures/timestamp", body)["timestamp"])


def judge(sandbox, version, name, nonce):
    token = token_of(sandbox, version, name, nonce)
    content = cms.ContentInfo.load(token, strict=True)
    demand(content["content_type"].native == "signed_data", "not a CMS ContentInfo of SignedData")
    signed = content["content"]
    demand(signed["encap_content_info"]["content_type"].native == "tst_info", "the content is no TSTInfo")
    info = signed["encap_content_info"]["content"].parsed
    demand(info["message_imprint"]["hash_algorithm"]["algorithm"].native == name, "another hash algorithm")
    demand(info["message_imprint"]["hashed_message"].native == hashlib.new(name, DATA).digest(), "another digest")
    demand(info["nonce"].native == (None if nonce is None else int(nonce, 16)), f"nonce {info['nonce'].native}")
    demand(info["accuracy"]["seconds"].native == 1, "no accuracy")
    demand(info["serial_number"].native.bit_length() > 100, "the serial number is not random")
    age = datetime.now(timezone.utc) - info["gen_time"].native
    demand(-2 <= age.total_seconds() <= 60, f"made {age} ago")

    signer = signed["signer_infos"][0]
    attributes = {a["type"].native: a["values"][0] for a in signer["signed_attrs"]}
    demand("signing_certificate_v2" in attributes and "signing_certificate" not in attributes, "no ESSCertIDv2")
    named = attributes["signing_certificate_v2"]["certs"][0]["cert_hash"].native
    own = [c.chosen for c in signed["certificates"] if hashlib.sha256(c.chosen.dump()).digest() == named]
    demand(len(own) == 1, "the certificate is not in the token")
    usage = own[0].extended_key_usage_value.native
    critical = {e["extn_id"].native: e["critical"].native for e in own[0]["tbs_certificate"]["extensions"]}
    demand(usage == ["time_stamping"] and critical["extended_key_usage"], "the certificate is not for stamping alone")

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "token.der"
        data = Path(folder) / "data"
        file.write_bytes(token)
        data.write_bytes(DATA)
        arguments = ["ts", "-verify", "-token_in", "-in", file, "-data", data, "-CAfile", sandbox.root_file]
        good, text = openssl(*arguments)
        demand(good and "Verification: OK" in text, f"openssl: {text}")
        data.write_bytes(DATA + b"!")
        good, _ = openssl(*arguments)
        demand(not good, "openssl accepts the token for other data")

    result = asyncio.run(
        validate_tst_signed_data(signed, sandbox.validation_context(), lambda made: hashlib.new(made, DATA).digest())
    )
    status = TimestampSignatureStatus(**result)
    demand(status.valid and status.intact and status.trusted, f"pyHanko: {result}")


def main():
    sandbox = Sandbox(sys.argv[1])
    cases = [
        (f"{version} {name} nonce {nonce}", lambda v=version, h=name, n=nonce: judge(sandbox, v, h, n))
        for version in ("v1", "v2")
        for name in HASHES
        for nonce in NONCES
    ]

    def numbers():
        tokens = [token_of(sandbox, "v1", "sha256", None) for _ in range(20)]
        demand(len(set(tokens)) == 20, "two equal tokens")

    sys.exit(run_cases([*cases, ("20 tokens differ", numbers)]))


if __name__ == "__main__":
    main()
