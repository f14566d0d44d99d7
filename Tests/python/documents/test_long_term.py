"""A PDF at level B-LT: pyHanko puts the data of `validationInfo` into it, and validates it without a network."""

import base64
import dataclasses
import socket
import time
from io import BytesIO

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.signers.pdf_signer import PdfTBSDocument
from pyhanko.sign.validation.ades import ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge, RevinfoOnlineFetchingRule, RevocationInfoGatheringSpec, SignatureValidationSpec,
)
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from documents.signer import ECDSA256, PSS256, choices, decoded
from documents.test_pades import LONG_TERM, prepare, synchronous
from harness.encodings import base64std
from harness.failure import require


def polled(signer, label, answer):
    """The result of a call in operationMode A."""
    for _ in range(100):
        result = signer.call(
            "signatures/signPolling", {"requestID": answer["responseID"]}, signer.owner(label)["serviceToken"])
        if result.status != 202:
            require(result.status == 200, result.summary())
            return result.json()
        time.sleep(0.1)
    raise TimeoutError("the job does not end")


async def signed(signer, label, algorithm, **more):
    """The PDF without its validation data, and these."""
    prepared, output = await prepare(signer, label, algorithm[1], False, "I agree")
    sad = signer.sad(label, [prepared.document_digest], algorithm[1])
    entry, _ = choices(algorithm, "P", LONG_TERM, hashes=[base64std(prepared.document_digest)])
    answer = signer.sign_doc(label, sad, documentDigests=[entry], returnValidationInfo=True, **more)
    if "responseID" in answer:
        answer = polled(signer, label, answer)
    require(list(answer) == ["SignatureObject", "validationInfo"], f"members {list(answer)}")
    cms = decoded(answer, "SignatureObject")[0]
    await PdfTBSDocument.async_finish_signing(output, prepared, cms)
    info = {name: [base64.b64decode(text) for text in texts] for name, texts in answer["validationInfo"].items()}
    return output.getvalue(), info


def with_store(file, certificates, lists):
    """The PDF with a document security store of this data."""
    output = BytesIO(file)
    contents = PdfFileReader(BytesIO(file)).embedded_signatures[0].pkcs7_content
    DocumentSecurityStore.add_dss(
        output, contents, certs=[x509.Certificate.load(octets) for octets in certificates],
        crls=[asn1_crl.CertificateList.load(octets) for octets in lists], force_write=True)
    return output.getvalue()


async def verdict(signer, file):
    """pyHanko's, from nothing but the file and the root, by the process for signatures with time and long-term-validation
    material (ETSI EN 319 102-1 clause 5.5)."""
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[signer.root]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
    local = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = SignatureValidationSpec(cert_validation_policy=policy, revinfo_gathering_policy=local)
    reader = PdfFileReader(BytesIO(file))
    signature = reader.embedded_signatures[0]
    signature.compute_integrity_info()
    store = DocumentSecurityStore.read_dss(reader)
    lists = [asn1_crl.CertificateList.load(item.get_object().data) for item in store.crls]
    known = LocalKnowledge(known_crls=[CRLContainer(found) for found in lists], known_certs=list(store.load_certs()))
    return await ades_with_time_validation(
        signature.signed_data, dataclasses.replace(spec, local_knowledge=known), raw_digest=signature.compute_digest(),
        extra_status_kwargs=signature.summarise_integrity_info(), status_cls=PdfSignatureStatus)


@pytest.fixture
def offline(monkeypatch):
    """From the time on at which `offline()` is called, nothing can be asked for by network."""
    def refuse(*_):
        raise OSError("the network is off")

    return lambda: [monkeypatch.setattr(socket, name, refuse) for name in ("getaddrinfo", "create_connection")]


@pytest.mark.parametrize("mode", [{}, {"operationMode": "A", "validity_period": 60000}], ids=["signDoc", "signPolling"])
@pytest.mark.parametrize(("label", "algorithm"), [("p256-pin", ECDSA256), ("rsa2048-pin", PSS256)],
                         ids=["ecdsa", "rsa-pss"])
@synchronous
async def test_long_term(signer, offline, label, algorithm, mode):
    file, info = await signed(signer, label, algorithm, **mode)
    require(set(info) == {"certificates", "crl"}, f"members {list(info)}")
    offline()
    result = await verdict(signer, with_store(file, info["certificates"], info["crl"]))
    require(result.ades_subindic == AdESPassed.OK, f"pyHanko: {result.ades_subindic} {result.failure_msg}")
    status = result.api_status
    require(status.bottom_line and status.timestamp_validity.trusted, f"pyHanko: {status.summary()}")
    # Each list is needed: what is missing is missed.
    for place in range(len(info["crl"])):
        fewer = info["crl"][:place] + info["crl"][place + 1:]
        poor = await verdict(signer, with_store(file, info["certificates"], fewer))
        require(poor.ades_subindic != AdESPassed.OK, f"pyHanko does not miss list {place}")


@synchronous
async def test_complete(signer):
    """Every certificate below a root has a list of its issuer that is in force at the time of signing."""
    file, info = await signed(signer, "p256-pin", ECDSA256)
    signature = PdfFileReader(BytesIO(file)).embedded_signatures[0]
    stamp = next(a for a in signature.signer_info["unsigned_attrs"] if a["type"].native == "signature_time_stamp_token")
    token = stamp["values"][0]["content"]
    moment = token["encap_content_info"]["content"].parsed["gen_time"].native
    lists = {}
    for octets in info["crl"]:
        fields = asn1_crl.CertificateList.load(octets)["tbs_cert_list"]
        require(fields["this_update"].native <= moment < fields["next_update"].native, "a list of another time")
        lists[fields["issuer"].hashable] = fields
    known = [c.chosen for data in (signature.signed_data, token) for c in data["certificates"]]
    known += [x509.Certificate.load(octets) for octets in info["certificates"]]
    subjects = {c.subject.hashable for c in known}
    for certificate in known:
        require(certificate.issuer.hashable in subjects, "an issuer's certificate is missing")
        if certificate.self_signed == "no":
            require(certificate.issuer.hashable in lists, f"no list for {certificate.subject.human_friendly}")


def test_others(signer):
    """Level B-LT is for PAdES by digest, in the spelling of baseline levels."""
    sad = signer.sad("p256-pin", [bytes(32)])
    for form, level in [("C", LONG_TERM), ("J", LONG_TERM), ("P", "AdES-LT"), ("P", "AdES-B-LTA")]:
        entry, _ = choices(ECDSA256, form, level, hashes=[base64std(bytes(32))])
        signer.refused("p256-pin", sad, "Invalid parameter conformance_level", documentDigests=[entry])
