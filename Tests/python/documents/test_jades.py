"""The sandbox makes JAdES signatures; the cryptography package judges them over the bare octets."""

import base64
import hashlib
import json
import time

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from documents.signer import ECDSA256, ECDSA384, PSS256, RSA256, RSA512, by_digest, decoded, with_document
from harness.encodings import base64std, base64url, from_base64url
from harness.failure import require

DOCUMENT = b'{"order":4711}'
ALGORITHMS = [
    ("p256-pin", ECDSA256, "ES256"), ("p384-pin", ECDSA384, "ES384"), ("rsa2048-pin", RSA256, "RS256"),
    ("rsa2048-scal2", RSA512, "RS512"), ("rsa2048-pin", PSS256, "PS256"),
]
of_each = pytest.mark.parametrize(("label", "algorithm", "alg"), ALGORITHMS, ids=[row[2] for row in ALGORITHMS])
HASH = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def unurl(text):
    require("=" not in text, "padding")
    return from_base64url(text)


def verifies(alg, certificate, signing_input, signature):
    key, used = certificate.public_key(), HASH[alg[2:]]
    try:
        if alg.startswith("ES"):
            half = len(signature) // 2
            require(len(signature) == 2 * ((key.curve.key_size + 7) // 8), "not r and s of the curve's length")
            r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
            key.verify(utils.encode_dss_signature(r, s), signing_input, ec.ECDSA(used))
        elif alg.startswith("RS"):
            key.verify(signature, signing_input, padding.PKCS1v15(), used)
        else:
            pss = padding.PSS(mgf=padding.MGF1(used), salt_length=used.digest_size)
            key.verify(signature, signing_input, pss, used)
    except InvalidSignature:
        return False
    return True


def judge(signer, jws, label, alg, name, document, attached):
    parts = jws.decode().split(".")
    require(len(parts) == 3, "not a compact JWS")
    header = json.loads(unurl(parts[0]))
    require(header["alg"] == alg, f"alg {header['alg']}")
    chain = signer.chain(label)
    require([base64.b64decode(c) for c in header["x5c"]] == chain[:-1], "x5c is not the chain without its root")
    require(header["x5t#S256"] == base64url(hashlib.sha256(chain[0]).digest()), "x5t#S256")
    require(isinstance(header["iat"], int) and abs(time.time() - header["iat"]) < 60, f"iat {header['iat']}")
    if attached:
        require(set(header) == {"alg", "cty", "x5t#S256", "x5c", "iat"}, f"{set(header)}")
        require(unurl(parts[1]) == document, "payload")
    else:
        # ETSI TS 119 182-1 clause 5.2.8.3.3: nothing of the document in the payload, with b64 false its bare digest.
        require(parts[1] == "", "a payload in a detached signature")
        require(header["crit"] == ["sigD", "b64"] and header["b64"] is False, "crit, b64")
        reference = header["sigD"]
        digest = base64url(hashlib.new(name, document).digest())
        require(reference["mId"] == "http://uri.etsi.org/19182/ObjectIdByURIHash", "mId")
        require(reference["hashM"] == "S" + name[3:] and reference["hashV"] == [digest], f"{reference}")
        require(reference["pars"] == [f"ni:///sha-{name[3:]};{digest}"], f"{reference}")
    certificate = x509.load_der_x509_certificate(chain[0])
    signing_input = f"{parts[0]}.{parts[1]}".encode()
    require(verifies(alg, certificate, signing_input, unurl(parts[2])), "the signature does not verify")
    require(not verifies(alg, certificate, signing_input + b"A", unurl(parts[2])), "it verifies over anything")


@of_each
def test_detached(signer, label, algorithm, alg):
    sad = signer.sad(label, [hashlib.new(algorithm[1], DOCUMENT).digest()], algorithm[1])
    answer = signer.sign_doc(label, sad, documentDigests=[by_digest(algorithm, [DOCUMENT], "J")])
    judge(signer, decoded(answer, "SignatureObject")[0], label, alg, algorithm[1], DOCUMENT, False)


@pytest.mark.parametrize("envelope", [None, "Attached", "Detached"])
@of_each
def test_document(signer, label, algorithm, alg, envelope):
    sad = signer.sad(label, [hashlib.new(algorithm[1], DOCUMENT).digest()], algorithm[1])
    more = {"signed_envelope_property": envelope} if envelope else {}
    answer = signer.sign_doc(label, sad, documents=[with_document(algorithm, DOCUMENT, "J", **more)])
    attached = envelope != "Detached"
    octets = decoded(answer, "DocumentWithSignature" if attached else "SignatureObject")[0]
    judge(signer, octets, label, alg, algorithm[1], DOCUMENT, attached)


@pytest.mark.parametrize("whole", [True, False], ids=["document", "digest"])
@of_each
def test_parallel(signer, label, algorithm, alg, whole):
    """An element for `signatures` of a JWS of several signatures."""
    sad = signer.sad(label, [hashlib.new(algorithm[1], DOCUMENT).digest()], algorithm[1])
    entry = {"documents": [with_document(algorithm, DOCUMENT, "J", signed_envelope_property="Parallel")]} if whole else {
        "documentDigests": [by_digest(algorithm, [DOCUMENT], "J", signed_envelope_property="Parallel")]}
    answer = signer.sign_doc(label, sad, **entry)
    require(list(answer) == ["SignatureObject"], f"members {list(answer)}")
    element = json.loads(decoded(answer, "SignatureObject")[0])
    require(set(element) == {"protected", "signature"}, f"members {set(element)}")
    # The general serialization (RFC 7515 section 7.2.1) has the payload once, next to all signatures.
    payload = base64url(DOCUMENT) if whole else ""
    jws = f"{element['protected']}.{payload}.{element['signature']}".encode()
    judge(signer, jws, label, alg, algorithm[1], DOCUMENT, whole)


def test_replay(signer):
    sad = signer.sad("p256-pin", [hashlib.sha256(DOCUMENT).digest()])
    entry = with_document(ECDSA256, DOCUMENT, "J")
    first = signer.sign_doc("p256-pin", sad, documents=[entry])
    time.sleep(1.1)
    require(signer.sign_doc("p256-pin", sad, documents=[entry]) == first, "the same request gave another answer")


def test_mixed(signer):
    """CMS and JWS of one call: what contains its document and what does not come apart, each in order."""
    documents = [f"document {n}".encode() for n in range(3)]
    sad = signer.sad("p256-pin", [hashlib.sha256(d).digest() for d in documents])
    answer = signer.sign_doc(
        "p256-pin",
        sad,
        documents=[
            with_document(ECDSA256, documents[0], "J"),
            with_document(ECDSA256, documents[1], "J", signed_envelope_property="Detached"),
            with_document(ECDSA256, documents[2], "J", signed_envelope_property="Attached"),
        ],
    )
    inside = decoded(answer, "DocumentWithSignature")
    judge(signer, inside[0], "p256-pin", "ES256", "sha256", documents[0], True)
    judge(signer, inside[1], "p256-pin", "ES256", "sha256", documents[2], True)
    judge(signer, decoded(answer, "SignatureObject")[0], "p256-pin", "ES256", "sha256", documents[1], False)


SALT_OF_16 = "MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEQ"


@pytest.mark.parametrize(("label", "algorithm", "more", "parameter"), [
    ("p256-pin", ECDSA384, {}, "signAlgo"),
    ("p384-pin", ECDSA256, {}, "signAlgo"),
    ("rsa2048-pin", (PSS256[0], "sha256", SALT_OF_16), {}, "signAlgoParams"),
    ("p256-pin", ECDSA256, {"conformance_level": "Ades-B-T"}, "conformance_level"),
    ("p256-pin", ECDSA256, {"signed_envelope_property": "Attached"}, "signed_envelope_property"),
])
def test_refused(signer, label, algorithm, more, parameter):
    """JWS knows fewer algorithms than a key, and JAdES here fewer levels than CAdES."""
    oid, name, parameters = algorithm
    digest = hashlib.new(name, DOCUMENT).digest()
    sad = signer.sad(label, [digest], name)
    entry = by_digest(algorithm, [DOCUMENT], "J") | more
    signer.refused(label, sad, f"Invalid parameter {parameter}", documentDigests=[entry])
    # Nothing was spent.
    body = {"credentialID": signer.sandbox.credential_id(label), "SAD": sad, "hashes": [base64std(digest)], "signAlgo": oid}
    signer.answer("signatures/signHash", body | ({"signAlgoParams": parameters} if parameters else {}))
