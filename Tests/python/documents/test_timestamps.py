"""The sandbox makes time-stamps; openssl, asn1crypto and pyHanko judge them."""

import asyncio
import base64
import hashlib
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import pytest
from asn1crypto import cms
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus

from documents.signer import SHA, openssl
from harness.encodings import base64std
from harness.failure import require
from harness.portal import OWN

NONCES = [None, "5c1e09aa77b3", "0000000001", "FFFFFFFFFFFFFFFF", "8" + "0" * 63, "f" * 80, "abc"]
DATA = b"what is stamped"


def token_of(signer, version, name, nonce):
    digest = hashlib.new(name, DATA).digest()
    body = {"hash": base64std(digest), "hashAlgo": SHA[name]}
    if nonce is not None:
        body["nonce"] = nonce
    return base64.b64decode(signer.answer("signatures/timestamp", body, OWN, version)["timestamp"])


@pytest.mark.parametrize("nonce", NONCES)
@pytest.mark.parametrize("name", SHA)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_token(signer, version, name, nonce):
    token = token_of(signer, version, name, nonce)
    content = cms.ContentInfo.load(token, strict=True)
    require(content["content_type"].native == "signed_data", "not a CMS ContentInfo of SignedData")
    signed = content["content"]
    require(signed["encap_content_info"]["content_type"].native == "tst_info", "the content is no TSTInfo")
    info = signed["encap_content_info"]["content"].parsed
    require(info["message_imprint"]["hash_algorithm"]["algorithm"].native == name, "another hash algorithm")
    require(info["message_imprint"]["hashed_message"].native == hashlib.new(name, DATA).digest(), "another digest")
    require(info["nonce"].native == (None if nonce is None else int(nonce, 16)), f"nonce {info['nonce'].native}")
    require(info["accuracy"]["seconds"].native == 1, "no accuracy")
    require(info["serial_number"].native.bit_length() > 100, "the serial number is not random")
    age = datetime.now(timezone.utc) - info["gen_time"].native
    require(-2 <= age.total_seconds() <= 60, f"made {age} ago")

    signer_info = signed["signer_infos"][0]
    attributes = {a["type"].native: a["values"][0] for a in signer_info["signed_attrs"]}
    require("signing_certificate_v2" in attributes and "signing_certificate" not in attributes, "no ESSCertIDv2")
    named = attributes["signing_certificate_v2"]["certs"][0]["cert_hash"].native
    own = [c.chosen for c in signed["certificates"] if hashlib.sha256(c.chosen.dump()).digest() == named]
    require(len(own) == 1, "the certificate is not in the token")
    usage = own[0].extended_key_usage_value.native
    critical = {e["extn_id"].native: e["critical"].native for e in own[0]["tbs_certificate"]["extensions"]}
    require(usage == ["time_stamping"] and critical["extended_key_usage"], "the certificate is not for stamping alone")

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "token.der"
        data = Path(folder) / "data"
        file.write_bytes(token)
        data.write_bytes(DATA)
        arguments = ["ts", "-verify", "-token_in", "-in", file, "-data", data, "-CAfile", signer.root_file]
        good, text = openssl(*arguments)
        require(good and "Verification: OK" in text, f"openssl: {text}")
        data.write_bytes(DATA + b"!")
        good, _ = openssl(*arguments)
        require(not good, "openssl accepts the token for other data")

    result = asyncio.run(
        validate_tst_signed_data(signed, signer.validation_context(), lambda made: hashlib.new(made, DATA).digest())
    )
    status = TimestampSignatureStatus(**result)
    require(status.valid and status.intact and status.trusted, f"pyHanko: {result}")


def test_20_tokens_differ(signer):
    tokens = [token_of(signer, "v1", "sha256", None) for _ in range(20)]
    require(len(set(tokens)) == 20, "two equal tokens")
