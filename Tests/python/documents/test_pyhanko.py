"""pyHanko's own CSC client signs a PDF through the sandbox, unchanged, and pyHanko validates every signed file.

Each signature must be intact, valid and trusted and cover its whole file; files that are spoilt on purpose are refused.
"""

import asyncio
import logging
import ssl
from collections import Counter
from dataclasses import dataclass
from io import BytesIO

import aiohttp
import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, async_sign_pdf
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationManager, CSCServiceSessionInfo, CSCSigner, fetch_certs_in_csc_credential,
)
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from harness import exchanges
from harness.failure import Failure, require
from harness.program import FIXTURES

CONTRACT = (FIXTURES / "contract.pdf").read_bytes()
REASON = b"copy 1 of 1"


@dataclass(frozen=True)
class Case:
    """One way to sign. `mechanism` is what the CMS must name in the end, so that no case turns into another unseen."""

    name: str
    label: str
    scal: int
    mechanism: str
    pss: bool = False
    copies: int = 1
    tls: bool = False

    def title(self):
        batch = f"-batch-of-{self.copies}" if self.copies > 1 else ""
        return f"{self.name}-scal{self.scal}{batch}{'-over-TLS' if self.tls else ''}"


# pyHanko picks the digest by the size of the key, so the P-384 and RSA-3072 cases also bring longer digests.
CASES = [
    Case("rsa-pkcs1", "rsa2048-pin", 1, "sha256_rsa"),
    Case("rsa-pkcs1", "rsa2048-scal2", 2, "sha256_rsa"),
    Case("rsa-pss", "rsa2048-pin", 1, "rsassa_pss", pss=True),
    Case("rsa-pss", "rsa2048-scal2", 2, "rsassa_pss", pss=True),
    Case("rsa-pss-3072", "rsa3072-pin", 1, "rsassa_pss", pss=True),
    Case("ecdsa-p256", "p256-pin", 1, "sha256_ecdsa"),
    Case("ecdsa-p256", "p256-scal2", 2, "sha256_ecdsa"),
    Case("ecdsa-p384", "p384-pin", 1, "sha384_ecdsa"),
    Case("rsa-pkcs1", "rsa2048-pin", 1, "sha256_rsa", copies=5),
    Case("rsa-pkcs1", "rsa2048-scal2", 2, "sha256_rsa", copies=5),
    Case("ecdsa-p256", "p256-pin", 1, "sha256_ecdsa", copies=5),
    Case("ecdsa-p256", "p256-scal2", 2, "sha256_ecdsa", copies=5),
    Case("ecdsa-p256", "p256-scal2", 2, "sha256_ecdsa", tls=True),
]


class PINAuthorizationManager(CSCAuthorizationManager):
    """Asks for a SAD with the signer's PIN, the part that pyHanko leaves to its caller."""

    def __init__(self, http, session_info, credential_info, pin):
        super().__init__(session_info, credential_info)
        self.http = http
        self.pin = pin

    async def authorize_signature(self, hash_b64s):
        # Equal hashes would hide signatures that come back in the wrong order.
        require(len(set(hash_b64s)) == len(hash_b64s), "the documents of a batch must have different hashes")
        request = self.format_csc_auth_request(
            num_signatures=len(hash_b64s),
            pin=self.pin,
            # Without hashes where SCAL 1 allows it, so that both kinds of SAD are used.
            hash_b64s=hash_b64s if self.credential_info.hash_pinning_required else None,
        )
        url = self.csc_session_info.endpoint_url("credentials/authorize")
        async with self.http.post(url, headers=self.auth_headers, json=request, raise_for_status=True) as response:
            return self.parse_csc_auth_response(await response.json())


class CallRecorder:
    """Sees every HTTP exchange: counts the calls, and keeps refusals, whose bodies pyHanko does not read."""

    def __init__(self):
        self.calls = Counter()
        self.refusals = []

    async def __call__(self, request, send):
        response = await send(request)
        method = "/".join(request.url.parts[-2:])
        self.calls[method] += 1
        if response.status >= 400:
            self.refusals.append(f"{method} answered {response.status}: {(await response.text()).strip()}")
        return response


def connect(sandbox, tls, recorder):
    trust = ssl.create_default_context(cafile=sandbox.trust_anchor) if tls else True
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=trust), middlewares=[recorder, exchanges.middleware])


async def sign(signer, case, api, recorder):
    """The signed files, one for each copy, and the certificate they must be signed with."""
    sandbox, owner = signer.sandbox, signer.owner(case.label)
    session_info = CSCServiceSessionInfo(
        service_url=sandbox.tls if case.tls else sandbox.plain,
        credential_id=sandbox.credential_id(case.label),
        oauth_token=owner["serviceToken"],
        api_ver=api,
    )
    async with connect(sandbox, case.tls, recorder) as http:
        credential = await fetch_certs_in_csc_credential(http, session_info)
        require(
            credential.hash_pinning_required == (case.scal == 2),
            f"credentials/info does not call {case.label} a SCAL {case.scal} credential")
        manager = PINAuthorizationManager(http, session_info, credential, owner["pin"])
        # Autocommit sends the batch when its last document has come; the five documents share one signer and one SAD.
        csc = CSCSigner(http, manager, prefer_pss=case.pss, batch_size=case.copies, batch_autocommit=True)

        async def sign_copy(number):
            # The reason differs for each copy, and so does the hash.
            meta = PdfSignatureMetadata(field_name="Signature1", reason=f"copy {number} of {case.copies}")
            signed = await async_sign_pdf(IncrementalPdfFileWriter(BytesIO(CONTRACT)), meta, signer=csc)
            return signed.getvalue()

        files = await asyncio.gather(*(sign_copy(number) for number in range(1, case.copies + 1)))
    return files, credential.signing_cert


async def objections(file, trust_root):
    """Why pyHanko's validator does not accept the file: an empty list when it does. And the embedded signature."""
    signatures = PdfFileReader(BytesIO(file)).embedded_signatures
    if len(signatures) != 1:
        return [f"{len(signatures)} signatures in the file"], None
    # The certificates name no place for revocation data and nothing may be fetched, so revocation is not judged.
    context = ValidationContext(trust_roots=[trust_root], allow_fetching=False, revocation_mode="soft-fail")
    status = await async_validate_pdf_signature(signatures[0], signer_validation_context=context)
    demands = {
        "not intact": status.intact,
        "not valid": status.valid,
        "not trusted": status.trusted,
        "does not cover the whole file": status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        "judged invalid as a whole": status.bottom_line,
    }
    return [name for name, met in demands.items() if not met], signatures[0]


def maximum_salt(signature):
    """The longest salt that RSA-PSS has room for (RFC 8017, section 9.1.1), and the salt the signature names."""
    parameters = signature.signer_info["signature_algorithm"]["parameters"]
    hash_length = {"sha256": 32, "sha384": 48, "sha512": 64}[parameters["hash_algorithm"]["algorithm"].native]
    modulus_length = signature.signer_cert.public_key.bit_size // 8
    return modulus_length - hash_length - 2, parameters["salt_length"].native


async def run_case(signer, case, api):
    """The signed files of the case, each of them validated."""
    recorder = CallRecorder()
    try:
        files, certificate = await sign(signer, case, api, recorder)
    except SigningError as error:
        raise Failure("; ".join([repr(error), repr(error.__cause__), *recorder.refusals])) from error

    expected = {"credentials/info": 1, "credentials/authorize": 1, "signatures/signHash": 1}
    require(recorder.calls == expected, f"expected each call once, saw {dict(recorder.calls)}")
    for number, file in enumerate(files, start=1):
        found, signature = await objections(file, signer.root)
        require(not found, f"copy {number}: {', '.join(found)}")
        require(
            signature.signer_cert.dump() == certificate.dump(),
            f"copy {number}: signed with another certificate than credentials/info gave")
        mechanism = signature.signer_info["signature_algorithm"]["algorithm"].native
        require(mechanism == case.mechanism, f"copy {number}: signed with {mechanism}, not {case.mechanism}")
        if case.pss:
            longest, used = maximum_salt(signature)
            require(used == longest, f"copy {number}: salt of {used} bytes, pyHanko asks for {longest}")
    return files


@pytest.mark.parametrize("case", CASES, ids=Case.title)
@pytest.mark.parametrize("api", ["v1", "v2"])
def test_signs(signer, api, case):
    require(len(asyncio.run(run_case(signer, case, api))) == case.copies, "another number of files")


def test_the_validation_can_fail(signer):
    """The same file, spoilt in known ways, is refused."""
    [file] = asyncio.run(run_case(signer, CASES[5], "v2"))
    require(file.count(REASON) == 1, "the signed file does not show its reason once, so it cannot be spoilt there")
    other_root = load_cert_from_pemder(signer.sandbox.trust_anchor)
    # pyHanko logs a stack trace for each path it cannot build, which is wanted here.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    for content, root, expected in [
        (file.replace(REASON, b"copy 7 of 1"), signer.root, "not intact"),
        (file + b"% appended\n", signer.root, "does not cover the whole file"),
        (file, other_root, "not trusted"),
    ]:
        found, _ = asyncio.run(objections(content, root))
        require(expected in found, f"should be {expected}, but pyHanko objects to {found or 'nothing'}")
