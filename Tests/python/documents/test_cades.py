"""The sandbox makes CAdES signatures; openssl, asn1crypto and pyHanko judge them."""

import asyncio
import base64
import hashlib
import os
import tempfile
import time
from pathlib import Path

import pytest
from asn1crypto import cms, x509
from asn1crypto import crl as asn1_crl
from pyhanko.sign.validation import async_validate_detached_cms

from documents.der import elements
from documents.signer import (
    ECDSA256, ECDSA384, ECDSA512, PSS256, PSS512, RSA256, RSA384, RSA512, by_digest, decoded, openssl, with_document,
)
from harness.failure import require

DOCUMENT = b"Order 4711\n" * 100
ALGORITHMS = [
    ("p256-pin", ECDSA256), ("p256-pin", ECDSA384), ("p384-pin", ECDSA384), ("p384-pin", ECDSA512),
    ("rsa2048-pin", RSA256), ("rsa2048-pin", RSA384), ("rsa2048-pin", RSA512), ("rsa2048-pin", PSS256),
    ("rsa3072-pin", PSS512), ("rsa2048-scal2", RSA256), ("p256-scal2", ECDSA256),
]
LEVELS = ["Ades-B-B", "AdES-B-T"]
of_each_level = pytest.mark.parametrize("level", LEVELS)


def of_each(algorithms):
    ids = [f"{label}-{oid}-{name}" for label, (oid, name, _) in algorithms]
    return pytest.mark.parametrize(("label", "algorithm"), algorithms, ids=ids)


def digest(document, name="sha256"):
    return hashlib.new(name, document).digest()


def signed_data(octets):
    content = cms.ContentInfo.load(octets, strict=True)
    require(len(elements(octets)) == 1, "octets after the end")
    certificates = [c.dump() for c in content["content"]["certificates"]]
    require(certificates == sorted(certificates), "certificates out of order")
    for signer in content["content"]["signer_infos"]:
        for which in ("signed_attrs", "unsigned_attrs"):
            found = [a.dump() for a in signer[which]]
            require(found == sorted(found), f"{which} out of order")
    require(content["content_type"].native == "signed_data", "no SignedData")
    return content["content"]


def attributes(signer, which="signed_attrs"):
    return {a["type"].dotted: a["values"] for a in signer[which]}


def judge_structure(octets, label, signer, name, level, document, attached):
    """The rules of the baseline profile (ETSI EN 319 122-1 clause 6.3)."""
    signed = signed_data(octets)
    require(signed["encap_content_info"]["content_type"].native == "data", "content type")
    content = signed["encap_content_info"]["content"].native
    require(content == (document if attached else None), "content")
    chain = signer.chain(label)
    inside = [c.chosen.dump() for c in signed["certificates"]]
    require(sorted(inside) == sorted(chain[:-1]), "the certificates are not the chain without its root")
    info = signed["signer_infos"][0]
    require(info["digest_algorithm"]["algorithm"].native == name, "digest algorithm")
    found = attributes(info)
    require(all(len(values) == 1 for values in found.values()), "an attribute with several values")
    require(found["1.2.840.113549.1.9.3"][0].native == "data", "content-type attribute")
    require(found["1.2.840.113549.1.9.4"][0].native == digest(document, name), "message-digest attribute")
    require("1.2.840.113549.1.9.5" in found, "no signing-time")
    reference = found["1.2.840.113549.1.9.16.2.47"][0]["certs"][0]
    require(reference["cert_hash"].native == digest(chain[0], name), "signing-certificate-v2 names another certificate")
    own = x509.Certificate.load(chain[0])
    require(reference["issuer_serial"]["serial_number"].native == own.serial_number, "issuerSerial")
    unsigned = attributes(info, "unsigned_attrs")
    require(("1.2.840.113549.1.9.16.2.14" in unsigned) == (level == LEVELS[1]), "signature-time-stamp")


def judge_openssl(octets, signer, document, attached):
    with tempfile.TemporaryDirectory() as folder:
        file, data, out = (Path(folder) / name for name in ("signature.der", "document", "out"))
        file.write_bytes(octets)
        data.write_bytes(document)
        arguments = ["cms", "-verify", "-binary", "-inform", "DER", "-in", file, "-CAfile", signer.root_file]
        arguments += ["-out", out] + ([] if attached else ["-content", data])
        good, text = openssl(*arguments)
        require(good, f"openssl: {text}")
        require(out.read_bytes() == document, "openssl sees another content")
        if not attached:
            data.write_bytes(document + b"!")
            require(not openssl(*arguments)[0], "openssl accepts it for another document")


def judge_pyhanko(octets, signer, document, level, **context):
    status = asyncio.run(
        async_validate_detached_cms(
            document,
            signed_data(octets),
            signer_validation_context=signer.validation_context(**context),
            ts_validation_context=signer.validation_context(**context),
        )
    )
    require(status.intact and status.valid and status.trusted and status.bottom_line, f"pyHanko: {status.summary()}")
    stamped = status.timestamp_validity
    require((stamped is not None) == (level == LEVELS[1]), "pyHanko sees no time-stamp, or one too many")
    if stamped:
        require(stamped.valid and stamped.intact and stamped.trusted, f"pyHanko, time-stamp: {stamped.summary()}")


@of_each_level
@of_each(ALGORITHMS)
def test_detached_by_digest(signer, label, algorithm, level):
    name = algorithm[1]
    sad = signer.sad(label, [digest(DOCUMENT, name)], name)
    entry = by_digest(algorithm, [DOCUMENT], "C", level, signed_envelope_property="Detached")
    answer = signer.sign_doc(label, sad, documentDigests=[entry])
    require(set(answer) == {"SignatureObject"} and len(answer["SignatureObject"]) == 1, f"members {list(answer)}")
    octets = decoded(answer, "SignatureObject")[0]
    judge_structure(octets, label, signer, name, level, DOCUMENT, False)
    judge_openssl(octets, signer, DOCUMENT, False)
    judge_pyhanko(octets, signer, DOCUMENT, level)


@pytest.mark.parametrize("envelope", ["Attached", None, "Detached"])
@of_each_level
@of_each(ALGORITHMS[::4])
def test_document(signer, label, algorithm, level, envelope):
    name = algorithm[1]
    sad = signer.sad(label, [digest(DOCUMENT, name)], name)
    more = {"signed_envelope_property": envelope} if envelope else {}
    answer = signer.sign_doc(label, sad, documents=[with_document(algorithm, DOCUMENT, "C", level, **more)])
    attached = envelope != "Detached"
    member = "DocumentWithSignature" if attached else "SignatureObject"
    require(list(answer) == [member], f"members {list(answer)}")
    octets = decoded(answer, member)[0]
    judge_structure(octets, label, signer, name, level, DOCUMENT, attached)
    judge_openssl(octets, signer, DOCUMENT, attached)
    if not attached:
        judge_pyhanko(octets, signer, DOCUMENT, level)


def test_many(signer):
    """Several entries, several hashes in an entry, different algorithms and levels: the order stays."""
    documents = [f"document {n}".encode() for n in range(6)]
    sad = signer.sad("rsa2048-scal2", [digest(d) for d in reversed(documents)])
    entries = [
        by_digest(RSA256, documents[:3], "C", "Ades-B-T"),
        by_digest(PSS256, documents[3:4], "C"),
        by_digest(RSA256, documents[4:], "P"),
    ]
    found = decoded(signer.sign_doc("rsa2048-scal2", sad, documentDigests=entries), "SignatureObject")
    require(len(found) == 6, f"{len(found)} signatures")
    for document, octets in zip(documents, found):
        judge_openssl(octets, signer, document, False)
    mechanisms = [signed_data(o)["signer_infos"][0]["signature_algorithm"]["algorithm"].native for o in found]
    require(mechanisms == ["sha256_rsa"] * 3 + ["rsassa_pss"] + ["sha256_rsa"] * 2, f"{mechanisms}")


def test_hundred(signer):
    documents = [f"document {n}".encode() for n in range(100)]
    sad = signer.sad("p256-pin", [digest(d) for d in documents])
    entries = [by_digest(ECDSA256, documents, "C")]
    found = decoded(signer.sign_doc("p256-pin", sad, documentDigests=entries), "SignatureObject")
    for document, octets in list(zip(documents, found))[::9]:
        judge_openssl(octets, signer, document, False)


@of_each_level
@pytest.mark.parametrize("label", ["rsa2048-pin", "p256-scal2"])
def test_replay(signer, label, level):
    sad = signer.sad(label, [digest(DOCUMENT), digest(b"other")])
    entry = with_document(RSA256 if "rsa" in label else ECDSA256, DOCUMENT, "C", level)
    first = signer.sign_doc(label, sad, documents=[entry])
    time.sleep(1.1)  # Another signing time, if it were made again.
    require(signer.sign_doc(label, sad, documents=[entry]) == first, "the same request gave another answer")
    # The other signature is still there, and with it all that was authorized is spent.
    other = by_digest(RSA256 if "rsa" in label else ECDSA256, [b"other"], "C", level)
    signer.sign_doc(label, sad, documentDigests=[other])
    again = by_digest(RSA256 if "rsa" in label else ECDSA256, [b"other"], "P", level)
    signer.refused(label, sad, "Invalid parameter SAD", documentDigests=[again])


def test_wrong_digest(signer):
    sad = signer.sad("p256-scal2", [digest(DOCUMENT)])
    wrong = by_digest(ECDSA256, [b"another document"], "C")
    text = "documentDigests or documents are not authorized by the SAD."
    signer.refused("p256-scal2", sad, text, documentDigests=[wrong])
    signer.sign_doc("p256-scal2", sad, documentDigests=[by_digest(ECDSA256, [DOCUMENT], "C")])


def put_together(infos, certificates, document=None):
    """A SignedData of these SignerInfos, as a client makes it."""
    signers = [cms.SignerInfo.load(octets, strict=True) for octets in infos]
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData({
        "version": "v1", "digest_algorithms": [s["digest_algorithm"] for s in signers],
        "encap_content_info": {"content_type": "data", "content": document},
        "certificates": [cms.CertificateChoices("certificate", x509.Certificate.load(c)) for c in certificates],
        "signer_infos": signers,
    })}).dump()


@pytest.mark.parametrize("whole", [True, False], ids=["document", "digest"])
@of_each_level
def test_parallel(signer, level, whole):
    """Alice and Bob sign the same document; what each of them gets goes into one SignedData."""
    make = with_document if whole else (lambda algorithm, document, *rest, **more: by_digest(
        algorithm, [document], *rest, **more))
    infos, certificates = [], []
    for label, algorithm in [("rsa2048-pin", PSS256), ("p256-pin-bob", ECDSA256)]:
        sad = signer.sad(label, [digest(DOCUMENT)])
        entry = make(algorithm, DOCUMENT, "C", level, signed_envelope_property="Parallel")
        answer = signer.sign_doc(
            label, sad, **{"documents" if whole else "documentDigests": [entry]}, returnValidationInfo=True)
        require(list(answer) == ["SignatureObject", "validationInfo"], f"members {list(answer)}")
        found = decoded(answer, "SignatureObject")
        require(len(found) == 1 and len(elements(found[0])) == 1, "not one SignerInfo")
        info = cms.SignerInfo.load(found[0], strict=True)
        require(info["sid"].chosen.native["serial_number"] == x509.Certificate.load(
            signer.chain(label)[0]).serial_number, "another signer")
        # Nothing but its name stands in the SignerInfo, so all certificates are in validationInfo.
        given = [base64.b64decode(c) for c in answer["validationInfo"]["certificates"]]
        require(given[:3] == signer.chain(label), "validationInfo has not the whole chain")
        infos.append(found[0])
        certificates += [c for c in given if c not in certificates]
    for document in (None, DOCUMENT):
        octets = put_together(infos, certificates, document)
        judge_openssl(octets, signer, DOCUMENT, document is not None)
        both = signed_data(cms.ContentInfo.load(octets).dump())["signer_infos"]
        require(len(both) == 2, f"{len(both)} signatures")
    for info in infos:
        judge_pyhanko(put_together([info], certificates), signer, DOCUMENT, level)


def test_large(signer):
    document = os.urandom(40 << 20)
    sad = signer.sad("p256-pin", [digest(document)])
    answer = signer.sign_doc("p256-pin", sad, documents=[with_document(ECDSA256, document, "C")])
    judge_openssl(decoded(answer, "DocumentWithSignature")[0], signer, document, True)


@of_each_level
def test_validation_info(signer, level):
    sad = signer.sad("p256-pin", [digest(DOCUMENT)])
    entry = by_digest(ECDSA256, [DOCUMENT], "C", level)
    plain = signer.sign_doc("p256-pin", sad, documentDigests=[entry])
    require("validationInfo" not in plain, "validationInfo although nobody asked")
    answer = signer.sign_doc("p256-pin", sad, documentDigests=[entry], returnValidationInfo=True)
    info = answer["validationInfo"]
    require(set(info) == {"certificates", "crl"}, f"members {list(info)}")
    certificates = [base64.b64decode(c) for c in info["certificates"]]
    require(certificates == [signer.root.dump()], "not the one certificate that the signature lacks")
    lists = [asn1_crl.CertificateList.load(base64.b64decode(c)) for c in info["crl"]]
    issuers = {c["tbs_cert_list"]["issuer"].hashable for c in lists}
    chain = [x509.Certificate.load(c) for c in signer.chain("p256-pin")]
    require(issuers == {c.subject.hashable for c in chain[1:]}, "not the CRLs of both authorities")
    octets = decoded(answer, "SignatureObject")[0]
    # With these, pyHanko can insist on revocation data for every certificate.
    judge_pyhanko(octets, signer, DOCUMENT, level, revocation_mode="hard-fail", crls=lists)
