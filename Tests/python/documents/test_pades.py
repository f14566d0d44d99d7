"""pyHanko prepares PDFs, the sandbox signs the digests of their byte ranges, and pyHanko puts them together and validates
them."""

import asyncio
import base64
import functools
from io import BytesIO

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields
from pyhanko.sign.signers import ExternalSigner
from pyhanko.sign.signers.pdf_signer import PdfTBSDocument
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.registry import SimpleCertificateStore

from documents.der import elements
from documents.signer import ECDSA256, ECDSA384, PSS256, RSA256, SHA, choices, decoded
from harness.encodings import base64std
from harness.failure import require
from harness.program import FIXTURES

CONTRACT = (FIXTURES / "contract.pdf").read_bytes()
LEVELS = ["AdES-B-B", "AdES-B-T"]
LONG_TERM = "AdES-B-LT"
SIGNING_TIME = "1.2.840.113549.1.9.5"


def synchronous(test):
    @functools.wraps(test)
    def run(*arguments, **named):
        asyncio.run(test(*arguments, **named))

    return run


async def prepare(signer, label, name, certify, reason):
    """A PDF with a signature dictionary for PAdES, and the digest of its byte range."""
    chain = [x509.Certificate.load(c) for c in signer.chain(label)]
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    signer = ExternalSigner(signing_cert=chain[0], cert_registry=store, signature_value=bytes(512))
    metadata = PdfSignatureMetadata(
        field_name="Signature1",
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm=name,
        certify=certify,
        reason=reason,
        location="Wien",
    )
    writer = IncrementalPdfFileWriter(BytesIO(CONTRACT))
    prepared, _, output = await PdfSigner(metadata, signer=signer).async_digest_doc_for_signing(
        writer, bytes_reserved=32768
    )
    return prepared, output


async def sign(signer, label, algorithm, level, certify=False, props=None, validation=False):
    # A reason and a commitment exclude each other (ETSI EN 319 142-1 clause 6.3, requirement d).
    prepared, output = await prepare(signer, label, algorithm[1], certify, None if props else "I agree")
    sad = signer.sad(label, [prepared.document_digest], algorithm[1])
    entry, name = choices(algorithm, "P", level)
    entry |= {"hashes": [base64std(prepared.document_digest)], "hashAlgorithmOID": SHA[name]}
    if certify:
        entry["signed_envelope_property"] = "Certification"
    if props:
        entry["signed_props"] = props
    answer = signer.sign_doc(label, sad, documentDigests=[entry], returnValidationInfo=validation)
    signature = decoded(answer, "SignatureObject")[0]
    require(len(elements(signature)) == 1, "octets after the CMS")
    await PdfTBSDocument.async_finish_signing(output, prepared, signature)
    return output.getvalue(), answer


async def objections(signer, file, level, **context):
    signature = PdfFileReader(BytesIO(file)).embedded_signatures[0]
    status = await async_validate_pdf_signature(
        signature,
        signer_validation_context=signer.validation_context(**context),
        ts_validation_context=signer.validation_context(**context),
    )
    demands = {
        "not intact": status.intact,
        "not valid": status.valid,
        "not trusted": status.trusted,
        "does not cover the file": status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        "not good as a whole": status.bottom_line,
    }
    stamped = status.timestamp_validity
    demands["time-stamp"] = (stamped is not None) == (level != LEVELS[0])
    if stamped:
        demands["time-stamp not good"] = stamped.intact and stamped.valid and stamped.trusted
    return [what for what, met in demands.items() if not met], signature


@pytest.mark.parametrize("certify", [False, True], ids=["approval", "certification"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("label", "algorithm"), [
    ("p256-pin", ECDSA256), ("p384-pin", ECDSA384), ("rsa2048-scal2", RSA256), ("rsa2048-pin", PSS256),
], ids=["ecdsa-p256", "ecdsa-p384", "rsa-pkcs1", "rsa-pss"])
@synchronous
async def test_signature(signer, label, algorithm, level, certify):
    file, _ = await sign(signer, label, algorithm, level, certify)
    found, signature = await objections(signer, file, level)
    require(not found, ", ".join(found))
    # Rules of the profile that the validator does not insist on (ETSI EN 319 142-1 clause 6.3).
    require(signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached", "SubFilter")
    require("/M" in signature.sig_object, "the dictionary has no M")
    attributes = [a["type"].dotted for a in signature.signer_info["signed_attrs"]]
    require(SIGNING_TIME not in attributes, "a signing-time attribute in PAdES")
    require("1.2.840.113549.1.9.16.2.47" in attributes, "no signing-certificate-v2")
    require(signature.signed_data["encap_content_info"]["content"].native is None, "the document is in the CMS")
    spoilt = file.replace(b"I agree", b"I refuse"[:7])
    require(spoilt != file, "the reason is not where it can be spoilt")
    require("not intact" in (await objections(signer, spoilt, level))[0], "a changed file is accepted")


@synchronous
async def test_with_revocation(signer):
    """With the CRLs of the answer pyHanko can insist on revocation data for every certificate."""
    file, answer = await sign(signer, "p256-pin", ECDSA256, LEVELS[1], validation=True)
    lists = [asn1_crl.CertificateList.load(base64.b64decode(c)) for c in answer["validationInfo"]["crl"]]
    found, _ = await objections(signer, file, LEVELS[1], revocation_mode="hard-fail", crls=lists)
    require(not found, ", ".join(found))
    try:
        found, _ = await objections(signer, file, LEVELS[1], revocation_mode="hard-fail")
    except Exception as error:  # pylint: disable=broad-except
        found = [repr(error)]
    require(found, "pyHanko does not miss the CRLs, so the case above shows nothing")


@synchronous
async def test_with_commitment(signer):
    commitment = bytes.fromhex("300d060b2a864886f70d0109100605")
    props = [{"attribute_name": "commitment-type-indication", "attribute_value": base64std(commitment)}]
    file, _ = await sign(signer, "p256-pin", ECDSA256, LEVELS[0], props=props)
    found, signature = await objections(signer, file, LEVELS[0])
    require(not found, ", ".join(found))
    values = {a["type"].dotted: a["values"][0].dump() for a in signature.signer_info["signed_attrs"]}
    require(values["1.2.840.113549.1.9.16.2.16"] == commitment, "the commitment is not as sent")


def test_whole_documents(signer):
    """Writing the PDF is the client's part; XAdES is nobody's."""
    for form in ("P", "X"):
        sad = signer.sad("p256-pin", [bytes(32)])
        entry, _ = choices(ECDSA256, form)
        answer = signer.try_sign_doc("p256-pin", sad, documents=[{**entry, "document": base64std(CONTRACT)}])
        require(answer.status == 501 and answer.error == "invalid_request", f"{form}: {answer}")
    info = signer.answer("info", {})
    require(info["signature_formats"]["formats"] == ["C", "P", "J"], f"{info['signature_formats']}")
    require(info["conformance_levels"] == [*LEVELS, LONG_TERM] and info["validationInfo"] is True, f"{info}")
