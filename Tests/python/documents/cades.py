"""Let a running sandbox make CAdES signatures, and judge them with openssl, asn1crypto and pyHanko.

    .venv/bin/python Tests/python/documents/cades.py .sandbox/sandbox.json
"""

import asyncio
import base64
import hashlib
import os
import sys
import tempfile
from pathlib import Path

from asn1crypto import algos, cms, core, x509
from asn1crypto import crl as asn1_crl
from pyhanko.sign.validation import async_validate_detached_cms

from sandbox import (
    ECDSA256,
    ECDSA384,
    ECDSA512,
    PSS256,
    PSS512,
    RSA256,
    RSA384,
    RSA512,
    Sandbox,
    b64,
    by_digest,
    decoded,
    demand,
    openssl,
    run_cases,
    with_document,
)

DOCUMENT = b"Order 4711\n" * 100
ALGORITHMS = [
    ("p256-pin", ECDSA256),
    ("p256-pin", ECDSA384),
    ("p384-pin", ECDSA384),
    ("p384-pin", ECDSA512),
    ("rsa2048-pin", RSA256),
    ("rsa2048-pin", RSA384),
    ("rsa2048-pin", RSA512),
    ("rsa2048-pin", PSS256),
    ("rsa3072-pin", PSS512),
    ("rsa2048-scal2", RSA256),
    ("p256-scal2", ECDSA256),
]
LEVELS = ["Ades-B-B", "AdES-B-T"]


def digest(document, name="sha256"):
    return hashlib.new(name, document).digest()


def elements(octets):
    """The elements of a constructed value. Every length must be in its shortest form, and every set in order (DER)."""
    position, found = 0, []
    while position < len(octets):
        tag, length, start = octets[position], octets[position + 1], position + 2
        demand(tag & 0x1F != 0x1F, "a long tag")
        if length >= 0x80:
            count = length & 0x7F
            demand(count > 0, "an indefinite length")
            length = int.from_bytes(octets[start : start + count], "big")
            demand(length >= 0x80 and length.bit_length() > 8 * (count - 1), "a length that is not the shortest")
            start += count
        demand(start + length <= len(octets), "a length beyond the end")
        if tag & 0x20:
            inner = elements(octets[start : start + length])
            # A set of context tags is CMS's implicitly tagged one: attributes, certificates.
            demand(tag != 0x31 or inner == sorted(inner), "a set out of order")
        found.append(octets[position : start + length])
        position = start + length
    return found


def signed_data(octets):
    content = cms.ContentInfo.load(octets, strict=True)
    demand(len(elements(octets)) == 1, "octets after the end")
    certificates = [c.dump() for c in content["content"]["certificates"]]
    demand(certificates == sorted(certificates), "certificates out of order")
    for signer in content["content"]["signer_infos"]:
        for which in ("signed_attrs", "unsigned_attrs"):
            found = [a.dump() for a in signer[which]]
            demand(found == sorted(found), f"{which} out of order")
    demand(content["content_type"].native == "signed_data", "no SignedData")
    return content["content"]


def attributes(signer, which="signed_attrs"):
    return {a["type"].dotted: a["values"] for a in signer[which]}


def judge_structure(octets, label, sandbox, name, level, document, attached):
    """The rules of the baseline profile (ETSI EN 319 122-1 clause 6.3)."""
    signed = signed_data(octets)
    demand(signed["encap_content_info"]["content_type"].native == "data", "content type")
    content = signed["encap_content_info"]["content"].native
    demand(content == (document if attached else None), "content")
    chain = sandbox.certificates(label)
    inside = [c.chosen.dump() for c in signed["certificates"]]
    demand(sorted(inside) == sorted(chain[:-1]), "the certificates are not the chain without its root")
    signer = signed["signer_infos"][0]
    demand(signer["digest_algorithm"]["algorithm"].native == name, "digest algorithm")
    found = attributes(signer)
    demand(all(len(values) == 1 for values in found.values()), "an attribute with several values")
    demand(found["1.2.840.113549.1.9.3"][0].native == "data", "content-type attribute")
    demand(found["1.2.840.113549.1.9.4"][0].native == digest(document, name), "message-digest attribute")
    demand("1.2.840.113549.1.9.5" in found, "no signing-time")
    reference = found["1.2.840.113549.1.9.16.2.47"][0]["certs"][0]
    demand(reference["cert_hash"].native == digest(chain[0], name), "signing-certificate-v2 names another certificate")
    own = x509.Certificate.load(chain[0])
    demand(reference["issuer_serial"]["serial_number"].native == own.serial_number, "issuerSerial")
    unsigned = attributes(signer, "unsigned_attrs")
    demand(("1.2.840.113549.1.9.16.2.14" in unsigned) == (level == LEVELS[1]), "signature-time-stamp")
    return signer


def judge_openssl(octets, sandbox, document, attached):
    with tempfile.TemporaryDirectory() as folder:
        file, data, out = (Path(folder) / name for name in ("signature.der", "document", "out"))
        file.write_bytes(octets)
        data.write_bytes(document)
        arguments = ["cms", "-verify", "-binary", "-inform", "DER", "-in", file, "-CAfile", sandbox.root_file]
        arguments += ["-out", out] + ([] if attached else ["-content", data])
        good, text = openssl(*arguments)
        demand(good, f"openssl: {text}")
        demand(out.read_bytes() == document, "openssl sees another content")
        if not attached:
            data.write_bytes(document + b"!")
            demand(not openssl(*arguments)[0], "openssl accepts it for another document")


def judge_pyhanko(octets, sandbox, document, level, **context):
    status = asyncio.run(
        async_validate_detached_cms(
            document,
            signed_data(octets),
            signer_validation_context=sandbox.validation_context(**context),
            ts_validation_context=sandbox.validation_context(**context),
        )
    )
    demand(status.intact and status.valid and status.trusted and status.bottom_line, f"pyHanko: {status.summary()}")
    stamped = status.timestamp_validity
    demand((stamped is not None) == (level == LEVELS[1]), "pyHanko sees no time-stamp, or one too many")
    if stamped:
        demand(stamped.valid and stamped.intact and stamped.trusted, f"pyHanko, time-stamp: {stamped.summary()}")


def detached_by_digest(sandbox, label, algorithm, level):
    name = algorithm[1]
    sad = sandbox.authorize(label, [digest(DOCUMENT, name)], name)
    entry = by_digest(algorithm, [DOCUMENT], "C", level, signed_envelope_property="Detached")
    answer = sandbox.sign_doc(label, sad, documentDigests=[entry])
    demand(set(answer) == {"SignatureObject"} and len(answer["SignatureObject"]) == 1, f"members {list(answer)}")
    octets = decoded(answer, "SignatureObject")[0]
    judge_structure(octets, label, sandbox, name, level, DOCUMENT, False)
    judge_openssl(octets, sandbox, DOCUMENT, False)
    judge_pyhanko(octets, sandbox, DOCUMENT, level)


def of_document(sandbox, label, algorithm, level, envelope):
    name = algorithm[1]
    sad = sandbox.authorize(label, [digest(DOCUMENT, name)], name)
    more = {"signed_envelope_property": envelope} if envelope else {}
    answer = sandbox.sign_doc(label, sad, documents=[with_document(algorithm, DOCUMENT, "C", level, **more)])
    attached = envelope != "Detached"
    member = "DocumentWithSignature" if attached else "SignatureObject"
    demand(list(answer) == [member], f"members {list(answer)}")
    octets = decoded(answer, member)[0]
    judge_structure(octets, label, sandbox, name, level, DOCUMENT, attached)
    judge_openssl(octets, sandbox, DOCUMENT, attached)
    if not attached:
        judge_pyhanko(octets, sandbox, DOCUMENT, level)


def many(sandbox):
    """Several entries, several hashes in an entry, different algorithms and levels: the order stays."""
    documents = [f"document {n}".encode() for n in range(6)]
    sad = sandbox.authorize("rsa2048-scal2", [digest(d) for d in reversed(documents)])
    entries = [
        by_digest(RSA256, documents[:3], "C", "Ades-B-T"),
        by_digest(PSS256, documents[3:4], "C"),
        by_digest(RSA256, documents[4:], "P"),
    ]
    found = decoded(sandbox.sign_doc("rsa2048-scal2", sad, documentDigests=entries), "SignatureObject")
    demand(len(found) == 6, f"{len(found)} signatures")
    for document, octets in zip(documents, found):
        judge_openssl(octets, sandbox, document, False)
    mechanisms = [signed_data(o)["signer_infos"][0]["signature_algorithm"]["algorithm"].native for o in found]
    demand(mechanisms == ["sha256_rsa"] * 3 + ["rsassa_pss"] + ["sha256_rsa"] * 2, f"{mechanisms}")


def thousand(sandbox):
    documents = [f"document {n}".encode() for n in range(100)]
    sad = sandbox.authorize("p256-pin", [digest(d) for d in documents])
    entries = [by_digest(ECDSA256, documents, "C")]
    found = decoded(sandbox.sign_doc("p256-pin", sad, documentDigests=entries), "SignatureObject")
    for document, octets in list(zip(documents, found))[::9]:
        judge_openssl(octets, sandbox, document, False)


def replay(sandbox, label, level):
    sad = sandbox.authorize(label, [digest(DOCUMENT), digest(b"other")])
    entry = with_document(RSA256 if "rsa" in label else ECDSA256, DOCUMENT, "C", level)
    first = sandbox.sign_doc(label, sad, documents=[entry])
    asyncio.run(asyncio.sleep(1.1))  # Another signing time, if it were made anew.
    demand(sandbox.sign_doc(label, sad, documents=[entry]) == first, "the same request gave another answer")
    # The other signature is still there, and with it all that was authorized is spent.
    other = by_digest(RSA256 if "rsa" in label else ECDSA256, [b"other"], "C", level)
    sandbox.sign_doc(label, sad, documentDigests=[other])
    again = by_digest(RSA256 if "rsa" in label else ECDSA256, [b"other"], "P", level)
    status, answer = sandbox.post("v2/signatures/signDoc", sandbox.sign_body(label, sad, documentDigests=[again]))
    demand(status == 400 and answer["error_description"] == "Invalid parameter SAD", f"{status} {answer}")


def wrong_digest(sandbox):
    sad = sandbox.authorize("p256-scal2", [digest(DOCUMENT)])
    wrong = by_digest(ECDSA256, [b"another document"], "C")
    status, answer = sandbox.post(
        "v2/signatures/signDoc", sandbox.sign_body("p256-scal2", sad, documentDigests=[wrong])
    )
    demand(
        status == 400
        and answer["error_description"] == "documentDigests or documents are not authorized by the SAD",
        f"{status} {answer}",
    )
    sandbox.sign_doc("p256-scal2", sad, documentDigests=[by_digest(ECDSA256, [DOCUMENT], "C")])


def parallel(sandbox):
    """Alice signs, Bob adds his signature to hers."""
    sad = sandbox.authorize("rsa2048-pin", [digest(DOCUMENT)])
    first = decoded(
        sandbox.sign_doc("rsa2048-pin", sad, documents=[with_document(RSA256, DOCUMENT, "C", "Ades-B-T")]),
        "DocumentWithSignature",
    )[0]
    sad = sandbox.authorize("p256-pin-bob", [digest(first)])
    entry = with_document(ECDSA256, first, "C", signed_envelope_property="Parallel")
    both = decoded(sandbox.sign_doc("p256-pin-bob", sad, documents=[entry]), "DocumentWithSignature")[0]
    signers = signed_data(both)["signer_infos"]
    demand(len(signers) == 2, f"{len(signers)} signatures")
    before = signed_data(first)["signer_infos"][0].dump()
    demand(before in [s.dump() for s in signers], "Alice's signature was changed")
    judge_openssl(both, sandbox, DOCUMENT, True)
    # Something else than a SignedData with its content is refused.
    for other in (DOCUMENT, b"0\x03\x02\x01\x05"):
        sad = sandbox.authorize("p256-pin", [digest(other)])
        entry = with_document(ECDSA256, other, "C", signed_envelope_property="Parallel")
        status, answer = sandbox.post("v2/signatures/signDoc", sandbox.sign_body("p256-pin", sad, documents=[entry]))
        demand(answer.get("error_description") == "Invalid array parameter documents", f"{status} {answer}")


def large(sandbox):
    document = os.urandom(40 << 20)
    sad = sandbox.authorize("p256-pin", [digest(document)])
    answer = sandbox.sign_doc("p256-pin", sad, documents=[with_document(ECDSA256, document, "C")])
    judge_openssl(decoded(answer, "DocumentWithSignature")[0], sandbox, document, True)


def validation_info(sandbox, level):
    sad = sandbox.authorize("p256-pin", [digest(DOCUMENT)])
    entry = by_digest(ECDSA256, [DOCUMENT], "C", level)
    plain = sandbox.sign_doc("p256-pin", sad, documentDigests=[entry])
    demand("validationInfo" not in plain, "validationInfo although nobody asked")
    answer = sandbox.sign_doc("p256-pin", sad, documentDigests=[entry], returnValidationInfo=True)
    info = answer["validationInfo"]
    demand(set(info) == {"certificates", "crl"}, f"members {list(info)}")
    certificates = [base64.b64decode(c) for c in info["certificates"]]
    demand(certificates == [sandbox.root.dump()], "not the one certificate that the signature lacks")
    lists = [asn1_crl.CertificateList.load(base64.b64decode(c)) for c in info["crl"]]
    issuers = {c["tbs_cert_list"]["issuer"].hashable for c in lists}
    chain = [x509.Certificate.load(c) for c in sandbox.certificates("p256-pin")]
    demand(issuers == {c.subject.hashable for c in chain[1:]}, "not the CRLs of both authorities")
    octets = decoded(answer, "SignatureObject")[0]
    # With these, pyHanko can insist on revocation data for every certificate.
    judge_pyhanko(octets, sandbox, DOCUMENT, level, revocation_mode="hard-fail", crls=lists)


class SignerLocation(core.Sequence):
    _fields = [("country", core.UTF8String, {"explicit": 0}), ("locality", core.UTF8String, {"explicit": 1})]


class Commitment(core.Sequence):
    _fields = [("type", core.ObjectIdentifier)]


class Hints(core.Sequence):
    _fields = [("description", core.UTF8String), ("type", core.ObjectIdentifier)]


class Policy(core.Sequence):
    class Hash(core.Sequence):
        _fields = [("algorithm", algos.DigestAlgorithm), ("value", core.OctetString)]

    _fields = [("id", core.ObjectIdentifier), ("hash", Hash)]


class Reference(core.Sequence):
    _fields = [("type", core.ObjectIdentifier), ("id", core.OctetString), ("signature", core.OctetString)]


PROPERTIES = {
    "commitment-type-indication": ("1.2.840.113549.1.9.16.2.16", Commitment({"type": "1.2.840.113549.1.9.16.6.5"})),
    "content-hints": (
        "1.2.840.113549.1.9.16.2.4",
        Hints({"description": "an order", "type": "1.2.840.113549.1.7.1"}),
    ),
    "mime-type": ("0.4.0.1733.2.1", core.UTF8String("text/plain")),
    "signer-location": ("1.2.840.113549.1.9.16.2.17", SignerLocation({"country": "AT", "locality": "Wien"})),
    "signer-attributes-v2": (
        "0.4.0.19122.1.1",
        # [0] with one claimed attribute: title "buyer".
        core.Sequence.load(bytes.fromhex("3014a0123010300e060355040c3107") + b"\x0c\x05buyer"),
    ),
    "signature-policy-identifier": (
        "1.2.840.113549.1.9.16.2.15",
        Policy(
            {
                "id": "1.3.6.1.4.1.32473.9",
                "hash": {"algorithm": {"algorithm": "sha256"}, "value": digest(b"the policy")},
            }
        ),
    ),
    "content-identifier": ("1.2.840.113549.1.9.16.2.7", core.OctetString(b"order-4711")),
    "content-reference": (
        "1.2.840.113549.1.9.16.2.10",
        Reference({"type": "1.2.840.113549.1.7.1", "id": b"order-4710", "signature": b"\x01\x02"}),
    ),
}


def signed_with(sandbox, form, properties, document=DOCUMENT):
    sad = sandbox.authorize("p256-pin", [digest(document)])
    entry = by_digest(ECDSA256, [document], form, signed_props=properties)
    status, answer = sandbox.post(
        "v2/signatures/signDoc", sandbox.sign_body("p256-pin", sad, documentDigests=[entry])
    )
    if status != 200:
        return answer["error_description"]
    octets = decoded(answer, "SignatureObject")[0]
    judge_openssl(octets, sandbox, document, False)
    judge_pyhanko(octets, sandbox, document, "Ades-B-B")
    return attributes(signed_data(octets)["signer_infos"][0])


def whole_attribute(oid, value):
    """Attribute ::= SEQUENCE { type, SET OF value }, short."""
    values = value.dump()
    parts = core.ObjectIdentifier(oid).dump() + b"\x31" + bytes([len(values)]) + values
    return b"\x30" + bytes([len(parts)]) + parts


def properties_sent(sandbox):
    sent = [{"attribute_name": name, "attribute_value": b64(v.dump())} for name, (_, v) in PROPERTIES.items()]
    found = signed_with(sandbox, "C", sent)
    demand(isinstance(found, dict), f"{found}")
    for name, (oid, value) in PROPERTIES.items():
        demand(oid in found and found[oid][0].dump() == value.dump(), f"{name} is not as sent")
    # By OID, and as a whole attribute.
    oid, value = PROPERTIES["mime-type"]
    for octets in (value.dump(), whole_attribute(oid, value)):
        found = signed_with(sandbox, "C", [{"attribute_name": oid, "attribute_value": b64(octets)}])
        demand(isinstance(found, dict) and found[oid][0].dump() == value.dump(), f"by OID: {found}")


def properties_computed(sandbox):
    names = ["content-hints", "mime-type", "content-identifier", "content-time-stamp"]
    found = signed_with(sandbox, "C", [{"attribute_name": n} for n in names[:3]] + [
        {"attribute_name": names[3], "attribute_value": None}
    ])
    demand(isinstance(found, dict), f"{found}")
    demand(found["0.4.0.1733.2.1"][0].native == "application/octet-stream", "mime-type")
    token = cms.ContentInfo.load(found["1.2.840.113549.1.9.16.2.20"][0].dump())
    info = token["content"]["encap_content_info"]["content"].parsed
    demand(info["message_imprint"]["hashed_message"].native == digest(DOCUMENT), "content-time-stamp")


def properties_refused(sandbox):
    def refused(form, properties, names):
        answer = signed_with(sandbox, form, properties)
        demand(answer == f"Invalid parameter signed_props ({names})", f"{properties}: {answer}")

    for form, name in [
        ("C", "unknown"),
        ("C", "1.2.3.4"),
        ("C", "signing-time"),
        ("C", "Reason"),
        ("P", "Location"),
        ("P", "Reason"),
        ("P", "Name"),
        ("P", "ContactInfo"),
        ("P", "signer-location"),
        ("P", "content-hints"),
        ("J", "commitment-type-indication"),
    ]:
        refused(form, [{"attribute_name": name}], name)
    # What only the signer can say is not made up.
    for name in ["commitment-type-indication", "signer-location", "signer-attributes-v2", "signature-policy-identifier",
                 "content-reference"]:
        refused("C", [{"attribute_name": name}], name)
    # The value of another attribute, and none at all.
    values = {name: value for name, (_, value) in PROPERTIES.items()}
    for name in values:
        other = "content-identifier" if name != "content-identifier" else "mime-type"
        refused("C", [{"attribute_name": name, "attribute_value": b64(values[other].dump())}], name)
        refused("C", [{"attribute_name": name, "attribute_value": b64(values[name].dump() + b"\0")}], name)
        refused("C", [{"attribute_name": name, "attribute_value": "%%%"}], name)
    refused("C", [{"attribute_name": "unknown"}, {"attribute_name": "mime-type"}, {"attribute_name": "9.9"}],
            "unknown, 9.9")
    refused("C", [{"attribute_name": "mime-type"}, {"attribute_name": "mime-type"}], "mime-type")
    refused("C", [{"attribute_name": "mime-type"}, {"attribute_name": "0.4.0.1733.2.1"}], "mime-type, 0.4.0.1733.2.1")


def content_timestamp_sent(sandbox):
    def token(document):
        body = {"hash": b64(digest(document)), "hashAlgo": "2.16.840.1.101.3.4.2.1"}
        return sandbox.call("v2/signatures/timestamp", body)["timestamp"]

    for form in ("C", "P"):
        found = signed_with(
            sandbox, form, [{"attribute_name": "content-time-stamp", "attribute_value": token(DOCUMENT)}]
        )
        demand(isinstance(found, dict), f"{form}: {found}")
        answer = signed_with(
            sandbox, form, [{"attribute_name": "content-time-stamp", "attribute_value": token(b"another")}]
        )
        demand(answer == "Invalid parameter signed_props (content-time-stamp)", f"{form}: {answer}")


def main():
    sandbox = Sandbox(sys.argv[1])
    cases = []
    for label, algorithm in ALGORITHMS:
        for level in LEVELS:
            title = f"{label} {algorithm[0]} {algorithm[1]} {level}"
            cases.append(
                (f"detached by digest {title}", lambda a=(label, algorithm, level): detached_by_digest(sandbox, *a))
            )
    for envelope in ("Attached", None, "Detached"):
        for label, algorithm in ALGORITHMS[::4]:
            for level in LEVELS:
                cases.append(
                    (
                        f"document {envelope} {label} {algorithm[0]} {level}",
                        lambda a=(label, algorithm, level, envelope): of_document(sandbox, *a),
                    )
                )
    for label in ("rsa2048-pin", "p256-scal2"):
        for level in LEVELS:
            cases.append((f"replay {label} {level}", lambda a=(label, level): replay(sandbox, *a)))
    for level in LEVELS:
        cases.append((f"validationInfo {level}", lambda a=level: validation_info(sandbox, a)))
    for case in (
        many, thousand, wrong_digest, parallel, large, properties_sent, properties_computed, properties_refused,
        content_timestamp_sent,
    ):
        cases.append((case.__name__.replace("_", " "), lambda c=case: c(sandbox)))
    sys.exit(run_cases(cases))


if __name__ == "__main__":
    main()
