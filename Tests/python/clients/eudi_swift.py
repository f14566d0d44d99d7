"""EUDI Wallet's library for iOS, eudi-lib-ios-rqes-csc-swift 0.9.0 (CSC 2.0).

Query and form values go out as they are, only `code_challenge` and `authorization_details` are percent-encoded; a Basic
header always comes along, for public clients with an empty secret. Digests in `authorization_details` are base64url
without padding in the authorization request and standard base64 in the token request. Names of optional members are
those of a snake_case that CSC does not have.
"""

import json
import uuid
from urllib.parse import quote

from harness import encodings, models, pkce, verify
from harness.browser import consent_page, decide, walk
from harness.failure import require
from harness.oauth_client import OAuthClient
from harness.strict import Maybe

SESSION = [("Accept", "*/*"), ("Accept-Language", "en-GB,en;q=0.9")]


class SignAlgorithms(models.SignAlgorithms):
    algoParams: list[str]


class SignatureFormats(models.SignatureFormats):
    envelope_properties: list[list[str]]


class Info(models.InfoV2):
    oauth2: str
    signAlgorithms: SignAlgorithms
    signature_formats: SignatureFormats


class ListedCertificate(models.Certificate):
    status: models.CertificateStatus
    certificates: list[str]
    issuerDN: str
    serialNumber: str
    subjectDN: str
    validFrom: str
    validTo: str


class ListedCredential(models.CredentialV2):
    credentialID: str
    cert: ListedCertificate


class CredentialList(models.CredentialList):
    credentialInfos: Maybe[list[ListedCredential]] = None


def swift_json(value):
    """`JSONEncoder` escapes slashes; members that are nil are not there."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/")


def percent_encoded(text):
    """`CharacterSet.urlQueryAllowed` without the plus sign stays as it is."""
    return quote(text, safe="-._~!$&'()*,;=:@/?")


class Library(OAuthClient):
    def __init__(self, run, label):
        super().__init__(run, label)
        self.rssp = self.base + "/csc/v2"
        # The library keeps one `walletState` for both scopes.
        self.state = str(uuid.uuid4()).upper()
        self.oauth2 = None

    def post(self, path, body, token=None, accept=None):
        headers = [("Content-Type", "application/json"), ("Accept", accept or "*/*"), SESSION[1]]
        if token:
            headers.append(("Authorization", f"Bearer {token}"))
        return self.world.wire.send("POST", self.rssp + path, headers, swift_json(body).encode())

    def info(self):
        self.oauth2 = Info.of(self.post("/info", {"lang": "en-US"})).oauth2

    def authorize_url(self, scope, challenge, details=None):
        pairs = [
            ("response_type", "code"), ("client_id", self.client_id), ("redirect_uri", self.redirect_uri),
            ("scope", scope), ("code_challenge", percent_encoded(challenge)), ("code_challenge_method", "S256"),
            ("state", self.state),
        ]
        if details:
            pairs.append(("authorization_details", percent_encoded(details)))
        return f"{self.oauth2}/oauth2/authorize?" + "&".join(f"{name}={value}" for name, value in pairs)

    def token(self, code, verifier, details=None):
        pairs = [
            ("client_id", self.client_id), ("redirect_uri", self.redirect_uri), ("grant_type", "authorization_code"),
            ("code_verifier", verifier), ("code", code), ("state", self.state),
        ]
        if details:
            pairs.append(("authorization_details", percent_encoded(details)))
        headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Authorization", encodings.basic(self.client_id, self.secret or "")),
            *SESSION,
        ]
        body = "&".join(f"{name}={value}" for name, value in pairs).encode()
        return models.Token.of(self.world.wire.send("POST", f"{self.oauth2}/oauth2/token", headers, body))

    @staticmethod
    def verifier():
        """43 hexadecimal digits of two UUIDs."""
        return (uuid.uuid4().hex + uuid.uuid4().hex).upper()[:43]

    @staticmethod
    def details(credential_id, labels, digests, encode):
        documents = [{"label": label, "hash": encode(octets)} for label, octets in zip(labels, digests)]
        return swift_json(
            [
                {
                    "documentDigests": documents, "credentialID": credential_id, "hashAlgorithmOID": verify.SHA256,
                    "locations": [], "type": "credential",
                }
            ]
        )

    def sign_hash(self, credential_id, digests, sign_algorithm, token):
        body = {
            "credentialID": credential_id, "hashes": [encodings.base64std(d) for d in digests],
            "hashAlgorithmOID": verify.SHA256, "signAlgo": sign_algorithm, "operationMode": "S",
        }
        return models.Signatures.of(self.post("/signatures/signHash", body, token, "application/json")).signatures


def play(run, client_label, credential_label, sign_algorithm, labels):
    user = run.sandbox.user()
    library = Library(run, client_label)
    how = f"{client_label} client"
    with run.step(f"{how}: info"):
        library.info()
    with run.step(f"{how}: scope service, query not encoded"):
        verifier = library.verifier()
        url = library.authorize_url("service", pkce.challenge(verifier))
        service = library.token(walk(run.browser(), url, user).code(library.state), verifier)
    with run.step(f"{how}: credentials/list"):
        body = {"credentialInfo": True, "certificates": "chain", "certInfo": True}
        listed = CredentialList.of(library.post("/credentials/list", body, service.access_token))
        wanted = run.sandbox.credential_id(credential_label)
        require(wanted in listed.credentialIDs, f"{credential_label} is not in the list")
    with run.step(f"{how}: credentials/list with its names of optional members"):
        body = {
            "credentialInfo": True, "certificates": "single", "certInfo": True, "auth_info": True, "only_valid": True,
            "lang": "en-US", "client_data": "transaction 7",
        }
        valid = CredentialList.of(library.post("/credentials/list", body, service.access_token))
        require(valid.onlyValid is True, "only_valid was not understood")
        explicit = [c for c in valid.credentialInfos if c.auth and c.auth.mode == "explicit"]
        require(any(c.auth.objects for c in explicit), "auth_info was not understood")
    with run.step(f"{how}: credentials/info"):
        body = {"credentialID": wanted, "certificates": "chain", "certInfo": True, "auth_info": True}
        credential = models.CredentialV2.of(library.post("/credentials/info", body, service.access_token))
        certificate = run.verifier.chain(credential.cert.certificates)
    digests = [run.digest_with_plus_and_slash() for _ in labels]
    with run.step(f"{how}: scope credential, the labels are shown"):
        verifier = library.verifier()
        details = library.details(wanted, labels, digests, encodings.base64url)
        page = consent_page(
            run.browser(), library.authorize_url("credential", pkce.challenge(verifier), details), user
        )
        for text in labels:
            require(text in page.text, f"the consent page does not show {text!r}: {page.text[:600]}")
        code = decide(page, pin=user["pin"]).code(library.state)
    with run.step(f"{how}: token with the details in standard base64"):
        token = library.token(code, verifier, library.details(wanted, labels, digests, encodings.base64std))
    with run.step(f"{how}: signHash of {len(digests)}"):
        signatures = library.sign_hash(wanted, digests, sign_algorithm, token.access_token)
        run.verifier.signatures(signatures, certificate, digests, sign_algorithm)


def confidential(run):
    play(run, "confidential", "p256-oauth", verify.ECDSA_SHA256, ["A sample pdf", "Kündigung, § 3"])


def public(run):
    """Its configuration has no client without a secret: an app without one leaves it empty."""
    play(run, "public", "rsa2048-oauth", verify.RSA_SHA256, ["A sample pdf"])


SCENARIOS = [confidential, public]
