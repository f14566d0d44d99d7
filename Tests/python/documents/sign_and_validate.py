"""Sign a PDF with pyHanko's own CSC client through a running sandbox, and validate every signed file with pyHanko.

    python3 -m venv .venv && .venv/bin/pip install -r Tests/python/documents/requirements.txt
    .venv/bin/python Tests/python/documents/sign_and_validate.py .sandbox/sandbox.json

Exits 0 when every signature is intact, valid, trusted and covers its whole file, and the files spoilt on purpose are
refused; else 1.
"""

import argparse
import asyncio
import json
import logging
import ssl
import sys
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import aiohttp
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, async_sign_pdf
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationManager,
    CSCServiceSessionInfo,
    CSCSigner,
    fetch_certs_in_csc_credential,
)
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))
import exchanges  # noqa: E402

CONTRACT = Path(__file__).resolve().parents[3] / "Fixtures" / "contract.pdf"


class Failure(Exception):
    """Something the gateway or pyHanko did is not what this test demands."""


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

    def title(self, api: str) -> str:
        batch = f" batch of {self.copies}" if self.copies > 1 else ""
        return f"{api} {self.name} scal{self.scal}{batch}{' over TLS' if self.tls else ''}"


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
        if len(set(hash_b64s)) != len(hash_b64s):
            # Equal hashes would hide signatures that come back in the wrong order.
            raise Failure("the documents of a batch must have different hashes")
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


class Sandbox:
    """What sandbox.json says about the gateway under test."""

    def __init__(self, file: Path):
        self.facts = json.loads(file.read_text())
        exchanges.gateway(self.base_url(tls=False), self.base_url(tls=True))
        self.signing_root = load_cert_from_pemder(self.facts["signingRoot"])

    def credential(self, label):
        """The identifier of the credential, and its owner."""
        entry = next((c for c in self.facts["credentials"] if c["label"] == label), None)
        if entry is None:
            raise Failure(f"sandbox.json has no credential {label}")
        owner = next(u for u in self.facts["users"] if u["username"] == entry["owner"])
        return entry["credentialID"], owner

    def connect(self, tls, recorder):
        trust = ssl.create_default_context(cafile=self.facts["tlsTrustAnchor"]) if tls else True
        connector = aiohttp.TCPConnector(ssl=trust)
        return aiohttp.ClientSession(connector=connector, middlewares=[recorder, exchanges.middleware])

    def base_url(self, tls):
        return self.facts["tlsBaseURL" if tls else "baseURL"]


async def sign(sandbox, case, api, document, recorder):
    """The signed files, one for each copy, and the certificate they must be signed with."""
    credential_id, owner = sandbox.credential(case.label)
    session_info = CSCServiceSessionInfo(
        service_url=sandbox.base_url(case.tls),
        credential_id=credential_id,
        oauth_token=owner["serviceToken"],
        api_ver=api,
    )
    async with sandbox.connect(case.tls, recorder) as http:
        credential = await fetch_certs_in_csc_credential(http, session_info)
        if credential.hash_pinning_required != (case.scal == 2):
            raise Failure(f"credentials/info does not call {case.label} a SCAL {case.scal} credential")
        manager = PINAuthorizationManager(http, session_info, credential, owner["pin"])
        # Autocommit sends the batch when its last document has come; the five documents share one signer and one SAD.
        signer = CSCSigner(http, manager, prefer_pss=case.pss, batch_size=case.copies, batch_autocommit=True)

        async def sign_copy(number):
            # The reason differs for each copy, and so does the hash.
            meta = PdfSignatureMetadata(field_name="Signature1", reason=f"copy {number} of {case.copies}")
            signed = await async_sign_pdf(IncrementalPdfFileWriter(BytesIO(document)), meta, signer=signer)
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


async def run_case(sandbox, case, api, document):
    """The signed files of the case, each of them validated."""
    recorder = CallRecorder()
    try:
        files, certificate = await sign(sandbox, case, api, document, recorder)
    except SigningError as error:
        reasons = [str(error), *recorder.refusals]
        if error.__cause__:
            reasons.append(repr(error.__cause__))
        raise Failure("; ".join(reasons)) from error

    expected = {"credentials/info": 1, "credentials/authorize": 1, "signatures/signHash": 1}
    if recorder.calls != expected:
        raise Failure(f"expected each call once, saw {dict(recorder.calls)}")
    for number, file in enumerate(files, start=1):
        found, signature = await objections(file, sandbox.signing_root)
        if found:
            raise Failure(f"copy {number}: {', '.join(found)}")
        if signature.signer_cert.dump() != certificate.dump():
            raise Failure(f"copy {number}: signed with another certificate than credentials/info gave")
        mechanism = signature.signer_info["signature_algorithm"]["algorithm"].native
        if mechanism != case.mechanism:
            raise Failure(f"copy {number}: signed with {mechanism}, not {case.mechanism}")
        if case.pss:
            longest, used = maximum_salt(signature)
            if used != longest:
                raise Failure(f"copy {number}: salt of {used} bytes, pyHanko asks for {longest}")
    return files


async def check_refusals(sandbox, file):
    """The validation above must be able to fail: the same file, spoilt in known ways, has to be refused."""
    reason = b"copy 1 of 1"
    if file.count(reason) != 1:
        raise Failure("the signed file does not show its reason once, so it cannot be spoilt there")
    tampered = file.replace(reason, b"copy 7 of 1")
    appended = file + b"% appended\n"
    other_root = load_cert_from_pemder(sandbox.facts["tlsTrustAnchor"])
    # pyHanko logs a stack trace for each path it cannot build, which is wanted here.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    spoilt = [
        ("tampered file", tampered, sandbox.signing_root, "not intact"),
        ("appended file", appended, sandbox.signing_root, "does not cover the whole file"),
        ("other trust root", file, other_root, "not trusted"),
    ]
    for title, content, root, expected in spoilt:
        found, _ = await objections(content, root)
        if expected not in found:
            raise Failure(f"{title} should be {expected}, but pyHanko objects to {found or 'nothing'}")
        print(f"ok {title} refused: {', '.join(found)}")


async def run(sandbox, document, output_folder):
    """How many signatures were made, and how many cases failed."""
    signatures, failures, sample = 0, 0, None
    for api in ("v1", "v2"):
        for case in CASES:
            title = case.title(api)
            try:
                files = await run_case(sandbox, case, api, document)
            except Exception as error:  # pyHanko lets more through than SigningError, for example TimeoutError.
                print(f"FAILED {title}: {error if isinstance(error, Failure) else repr(error)}")
                failures += 1
                continue
            print(f"ok {title}")
            signatures += len(files)
            if case.copies == 1:
                sample = sample or files[0]
            for number, file in enumerate(files, start=1):
                if output_folder:
                    (output_folder / f"{title.replace(' ', '-')}-{number}.pdf").write_bytes(file)
    if sample:
        try:
            await check_refusals(sandbox, sample)
        except Failure as failure:
            print(f"FAILED {failure}")
            failures += 1
    return signatures, failures


def main():
    parser = argparse.ArgumentParser(description="Sign with pyHanko through a running sandbox, and validate.")
    parser.add_argument("sandbox_json", type=Path, help="the sandbox.json that the sandbox wrote")
    parser.add_argument("--input", type=Path, default=CONTRACT, help="the PDF to sign (default: Fixtures/contract.pdf)")
    parser.add_argument("--output-folder", type=Path, help="keep the signed files there")
    arguments = parser.parse_args()
    if arguments.output_folder:
        arguments.output_folder.mkdir(parents=True, exist_ok=True)

    sandbox = Sandbox(arguments.sandbox_json)
    signatures, failures = asyncio.run(run(sandbox, arguments.input.read_bytes(), arguments.output_folder))
    if failures:
        sys.exit(f"{failures} failed; {signatures} signatures are valid")
    print(f"{signatures} signatures, all valid")


if __name__ == "__main__":
    main()
