"""EUDI Wallet's library for iOS after 0.9 (CSC 2.2).

`methods` is decoded into a closed enumeration that has `credentials/authorize/check` for `credentials/authorizeCheck`, so that
one name that it does not know makes all of `info` fail; an operator can leave the name out for it. Types of hashes are in
capitals, `circumstantialData` comes along, `numSignatures` does not. Read, not run: `csc-2.2-differences.md`, B.2.
"""

from clients.eudi_swift import Library, percent_encoded, swift_json
from harness import encodings, models, pkce, verify
from harness.browser import consent_page, decide
from harness.failure import require

METHODS = {
    "info", "auth/login", "auth/revoke", "credentials/list", "credentials/info", "credentials/authorize",
    "credentials/authorize/check", "credentials/extendTransaction", "credentials/sendOTP", "credentials/getChallenge",
    "signatures/signHash", "signatures/signDoc", "signatures/signPolling", "signatures/timestamp", "credentials/create",
    "credentials/delete", "oauth2/authorize", "oauth2/token", "oauth2/revoke", "oauth2/pushed_authorize",
}


class Info(models.InfoV2):
    oauth2: str
    supportedHashTypes: list[str]


def details_of(credential, digest, circumstances):
    return swift_json([{
        "type": "credential", "credentialID": credential, "hashAlgorithmOID": verify.SHA256, "locations": [],
        "documentDigests": [{
            "label": "A sample pdf", "hash": encodings.base64std(digest), "hashType": "DTBSR",
            "circumstantialData": circumstances}],
    }])


def info(run):
    library = Library(run, "public")
    with run.step("info has what it requires, and one name only that its enumeration lacks"):
        found = Info.of(library.post("/info", {"lang": "en-US"}))
        require(set(found.methods) - METHODS == {"credentials/authorizeCheck"}, set(found.methods) - METHODS)


def signing(run):
    library, user = Library(run, "public"), run.sandbox.user()
    library.oauth2 = library.base
    credential = run.sandbox.credential_id("p256-oauth")
    digest = run.digest_with_plus_and_slash()
    circumstances = "signingTime=20261130120000+00'00'"
    details = details_of(credential, digest, circumstances)
    with run.step("the person sees the circumstances; no numSignatures is one for each digest"):
        verifier = library.verifier()
        url = library.authorize_url("credential", pkce.challenge(verifier), details)
        page = consent_page(run.browser(), url, user)
        require("A sample pdf" in page.text and "20261130120000" in page.text, page.text[:600])
        code = decide(page, pin=user["pin"]).code(library.state)
    with run.step("token and signHash"):
        token = library.token(code, verifier, details)
        signatures = library.sign_hash(credential, [digest], verify.ECDSA_SHA256, token.access_token)
        run.verifier.signatures(signatures, run.certificate("p256-oauth"), [digest], verify.ECDSA_SHA256)
    require(percent_encoded("a b") == "a%20b", "it encodes as before")


SCENARIOS = [info, signing]
WITHOUT_SIGNATURES = [info]
