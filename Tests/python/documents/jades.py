"""Let a running sandbox make JAdES signatures, and judge them with the cryptography package over the bare octets.

    .venv/bin/python Tests/python/documents/jades.py .sandbox/sandbox.json
"""

import base64
import hashlib
import json
import sys
import time

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from sandbox import (
    ECDSA256,
    ECDSA384,
    PSS256,
    RSA256,
    RSA512,
    Sandbox,
    b64,
    by_digest,
    decoded,
    demand,
    run_cases,
    with_document,
)

DOCUMENT = b'{"order":4711}'
ALGORITHMS = [
    ("p256-pin", ECDSA256, "ES256"),
    ("p384-pin", ECDSA384, "ES384"),
    ("rsa2048-pin", RSA256, "RS256"),
    ("rsa2048-scal2", RSA512, "RS512"),
    ("rsa2048-pin", PSS256, "PS256"),
]
HASH = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def unurl(text):
    demand(b"=" not in text, "padding")
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def verifies(alg, certificate, signing_input, signature):
    key, used = certificate.public_key(), HASH[alg[2:]]
    try:
        if alg.startswith("ES"):
            half = len(signature) // 2
            demand(len(signature) == 2 * ((key.curve.key_size + 7) // 8), "not r and s of the curve's length")
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


def judge(sandbox, octets, label, alg, name, document, attached):
    parts = octets.split(b".")
    demand(len(parts) == 3, "not a compact JWS")
    header = json.loads(unurl(parts[0]))
    demand(header["alg"] == alg, f"alg {header['alg']}")
    chain = sandbox.certificates(label)
    demand([base64.b64decode(c) for c in header["x5c"]] == chain[:-1], "x5c is not the chain without its root")
    demand(header["x5t#S256"].encode() == url(hashlib.sha256(chain[0]).digest()), "x5t#S256")
    demand(isinstance(header["iat"], int) and abs(time.time() - header["iat"]) < 60, f"iat {header['iat']}")
    if attached:
        demand(set(header) == {"alg", "cty", "x5t#S256", "x5c", "iat"}, f"{set(header)}")
        demand(unurl(parts[1]) == document, "payload")
    else:
        # ETSI TS 119 182-1 clause 5.2.8.3.3: nothing of the document in the payload, with b64 false its bare digest.
        demand(parts[1] == b"", "a payload in a detached signature")
        demand(header["crit"] == ["sigD", "b64"] and header["b64"] is False, "crit, b64")
        reference = header["sigD"]
        digest = url(hashlib.new(name, document).digest()).decode()
        demand(reference["mId"] == "http://uri.etsi.org/19182/ObjectIdByURIHash", "mId")
        demand(reference["hashM"] == "S" + name[3:] and reference["hashV"] == [digest], f"{reference}")
        demand(reference["pars"] == [f"ni:///sha-{name[3:]};{digest}"], f"{reference}")
    certificate = x509.load_der_x509_certificate(chain[0])
    signing_input = parts[0] + b"." + parts[1]
    demand(verifies(alg, certificate, signing_input, unurl(parts[2])), "the signature does not verify")
    demand(not verifies(alg, certificate, signing_input + b"A", unurl(parts[2])), "it verifies over anything")


def detached(sandbox, label, algorithm, alg):
    sad = sandbox.authorize(label, [hashlib.new(algorithm[1], DOCUMENT).digest()], algorithm[1])
    answer = sandbox.sign_doc(label, sad, documentDigests=[by_digest(algorithm, [DOCUMENT], "J")])
    judge(sandbox, decoded(answer, "SignatureObject")[0], label, alg, algorithm[1], DOCUMENT, False)


def of_document(sandbox, label, algorithm, alg, envelope):
    sad = sandbox.authorize(label, [hashlib.new(algorithm[1], DOCUMENT).digest()], algorithm[1])
    more = {"signed_envelope_property": envelope} if envelope else {}
    answer = sandbox.sign_doc(label, sad, documents=[with_document(algorithm, DOCUMENT, "J", **more)])
    attached = envelope != "Detached"
    octets = decoded(answer, "DocumentWithSignature" if attached else "SignatureObject")[0]
    judge(sandbox, octets, label, alg, algorithm[1], DOCUMENT, attached)


def replay(sandbox):
    sad = sandbox.authorize("p256-pin", [hashlib.sha256(DOCUMENT).digest()])
    entry = with_document(ECDSA256, DOCUMENT, "J")
    first = sandbox.sign_doc("p256-pin", sad, documents=[entry])
    time.sleep(1.1)
    demand(sandbox.sign_doc("p256-pin", sad, documents=[entry]) == first, "the same request gave another answer")


def mixed(sandbox):
    """CMS and JWS of one call: what contains its document and what does not come apart, each in order."""
    documents = [f"document {n}".encode() for n in range(3)]
    sad = sandbox.authorize("p256-pin", [hashlib.sha256(d).digest() for d in documents])
    answer = sandbox.sign_doc(
        "p256-pin",
        sad,
        documents=[
            with_document(ECDSA256, documents[0], "J"),
            with_document(ECDSA256, documents[1], "J", signed_envelope_property="Detached"),
            with_document(ECDSA256, documents[2], "J", signed_envelope_property="Attached"),
        ],
    )
    inside = decoded(answer, "DocumentWithSignature")
    judge(sandbox, inside[0], "p256-pin", "ES256", "sha256", documents[0], True)
    judge(sandbox, inside[1], "p256-pin", "ES256", "sha256", documents[2], True)
    judge(sandbox, decoded(answer, "SignatureObject")[0], "p256-pin", "ES256", "sha256", documents[1], False)


def refused(sandbox):
    """JWS knows fewer algorithms than a key, and JAdES here fewer levels than CAdES."""
    salt = "MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEQ"
    for label, algorithm, more, text in [
        ("p256-pin", ECDSA384, {}, "Invalid parameter signAlgo"),
        ("p384-pin", ECDSA256, {}, "Invalid parameter signAlgo"),
        ("rsa2048-pin", (PSS256[0], "sha256", salt), {}, "Invalid parameter signAlgoParams"),
        ("p256-pin", ECDSA256, {"conformance_level": "Ades-B-T"}, "Invalid parameter conformance_level"),
        (
            "p256-pin",
            ECDSA256,
            {"signed_envelope_property": "Attached"},
            "Invalid parameter signed_envelope_property",
        ),
    ]:
        digest = hashlib.new(algorithm[1], DOCUMENT).digest()
        sad = sandbox.authorize(label, [digest], algorithm[1])
        entry = by_digest(algorithm, [DOCUMENT], "J") | more
        status, answer = sandbox.post(
            "v2/signatures/signDoc", sandbox.sign_body(label, sad, documentDigests=[entry])
        )
        demand(status == 400 and answer["error_description"] == text, f"{text}: {status} {answer}")
        # Nothing was spent.
        oid, name, parameters = algorithm
        body = {"credentialID": sandbox.credential(label)["credentialID"], "SAD": sad, "hashes": [b64(digest)],
                "signAlgo": oid, **({"signAlgoParams": parameters} if parameters else {})}
        sandbox.call("v2/signatures/signHash", body)


def main():
    sandbox = Sandbox(sys.argv[1])
    cases = [(f"detached {a[0]} {a[2]}", lambda a=a: detached(sandbox, *a)) for a in ALGORITHMS]
    for envelope in (None, "Attached", "Detached"):
        cases += [
            (f"document {envelope} {a[0]} {a[2]}", lambda a=a, e=envelope: of_document(sandbox, *a, e))
            for a in ALGORITHMS
        ]
    cases += [(case.__name__, lambda c=case: c(sandbox)) for case in (replay, mixed, refused)]
    sys.exit(run_cases(cases))


if __name__ == "__main__":
    main()
