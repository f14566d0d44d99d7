"""A-SIT Plus' wallet library vck, c14b3fe5b (CSC 2.0.0.2 data classes and the wallet's flow).

kotlinx.serialization without nulls and without defaults in what it sends. A credential is asked for with
`authorization_details` and no scope, the details with both `credentialID` and `signatureQualifier`. The credential
token goes into the body as `SAD`.
"""

import json
from typing import Literal

from cryptography import x509

from clients.eudi_kotlin import KTOR
from harness import encodings, models, verify
from harness.browser import Landing, walk
from harness.failure import Failure, require
from harness.oauth_client import OAuthClient
from harness.strict import Decoded, Maybe, dotted_oid

QUALIFIERS = Literal[
    "eu_eidas_qes", "eu_eidas_aes", "eu_eidas_aesqc", "eu_eidas_qeseal", "eu_eidas_aeseal", "eu_eidas_aesealqc",
    "za_ecta_aes", "za_ecta_oes",
]
CURVE_ALGORITHMS = {verify.ECDSA_SHA256, verify.ECDSA_SHA384, verify.ECDSA_SHA512}
X509_ALGORITHMS = CURVE_ALGORITHMS | {verify.RSA_SHA256, verify.RSA_SHA384, verify.RSA_SHA512, verify.PSS}


class Key(models.Key):
    def check(self):
        for oid in self.algo:
            dotted_oid(oid)
        if self.curve is not None:
            dotted_oid(self.curve)
            require(CURVE_ALGORITHMS & set(self.algo), "a curve without ECDSA algorithms")


class Credential(models.CredentialV2):
    signatureQualifier: Maybe[QUALIFIERS] = None
    key: Key
    SCAL: Literal["1", "2"]

    def check(self):
        self.key.check()
        for text in self.cert.certificates or []:
            x509.load_der_x509_certificate(verify.strict_base64(text))

    def check_usable(self):
        """`setSigningCredential`."""
        require(self.credentialID is not None, "no credentialID")
        require(self.cert.certificates, "no certificates")
        require(self.cert.status == "valid", f"certificate status {self.cert.status}")
        require(X509_ALGORITHMS & set(self.key.algo), "no signature algorithm that it knows")


class CredentialList(models.CredentialList):
    credentialInfos: Maybe[list[Credential]] = None


class Digest(Decoded):
    hash: str
    label: str


class AuthorizationDetail(Decoded):
    type: Literal["credential"]
    credentialID: Maybe[str] = None
    signatureQualifier: Maybe[QUALIFIERS] = None
    documentDigests: list[Digest]
    hashAlgorithmOID: str


class Token(models.Token):
    authorization_details: Maybe[list[AuthorizationDetail]] = None


class Wallet(OAuthClient):
    def __init__(self, run, qualifier=None):
        super().__init__(run, "public")
        self.qualifier = qualifier

    def post(self, path, body, token):
        headers = KTOR + [("Content-Type", "application/json"), ("Authorization", f"Bearer {token}")]
        data = json.dumps(body, separators=(",", ":")).encode()
        return self.world.wire.send("POST", f"{self.base}/csc/v2/{path}", headers, data)

    def submit_form(self, path, pairs):
        headers = KTOR + [("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")]
        return self.form(f"{self.base}/oauth2/{path}", pairs, headers)

    def details(self, credential_id, documents):
        detail = {"type": "credential", "credentialID": credential_id}
        if self.qualifier:
            detail["signatureQualifier"] = self.qualifier
        detail["documentDigests"] = [{"hash": encodings.base64std(d), "label": label} for d, label in documents]
        detail["hashAlgorithmOID"] = verify.SHA256
        return json.dumps([detail], separators=(",", ":"))

    def request(self, scope=None, details=None):
        pairs = self.begin()
        if scope:
            pairs.append(("scope", scope))
        if details:
            pairs.append(("authorization_details", details))
        return pairs

    def url(self, pairs, pushed):
        if pushed:
            answer = self.submit_form("pushed_authorize", pairs)
            require(answer.status == 201, answer.summary())
            pairs = [("client_id", self.client_id), ("request_uri", answer.json()["request_uri"])]
        return self.authorize_url(pairs)

    def authorize(self, scope=None, details=None, pushed=False, **person):
        url = self.url(self.request(scope, details), pushed)
        code = walk(self.world.browser(), url, self.world.sandbox.user(), **person).code(self.state)
        pairs = [*self.redemption(code), ("client_id", self.client_id)]
        if details:
            pairs.append(("authorization_details", details))
        return Token.of(self.submit_form("token", pairs))


def play(run, wallet, label, sign_algorithm, pushed, own_bearer):
    how = f"{label}, {'PAR' if pushed else 'URL'}{', ' + wallet.qualifier if wallet.qualifier else ''}"
    with run.step(f"{how}: scope service"):
        service = wallet.authorize("service", pushed=pushed)
    with run.step(f"{how}: credentials/list"):
        body = {"credentialInfo": True, "certificates": "chain", "certInfo": True, "authInfo": True}
        listed = CredentialList.of(wallet.post("credentials/list", body, service.access_token))
        for credential in listed.credentialInfos or []:
            credential.check()
    wanted = run.sandbox.credential_id(label)
    with run.step(f"{how}: credentials/info"):
        body = {"credentialID": wanted, "certificates": "chain", "certInfo": True, "authInfo": True}
        credential = Credential.of(wallet.post("credentials/info", body, service.access_token))
        credential.check()
        credential.check_usable()
        certificate = run.verifier.chain(credential.cert.certificates)
    documents = [(verify.digest(run.document()), f"document {n}") for n in (1, 2)]
    digests = [octets for octets, _ in documents]
    details = wallet.details(wanted, documents)
    with run.step(f"{how}: authorization_details without scope"):
        token = wallet.authorize(None, details, pushed, pin=run.sandbox.user()["pin"])
        for detail in token.authorization_details or []:
            require([d.label for d in detail.documentDigests] == ["document 1", "document 2"], "labels are lost")
    with run.step(f"{how}: signHash with SAD, no hash OID, {'credential' if own_bearer else 'service'} bearer"):
        body = {
            "credentialID": wanted, "SAD": token.access_token, "hashes": [encodings.base64std(d) for d in digests],
            "signAlgo": sign_algorithm,
        }
        bearer = token.access_token if own_bearer else service.access_token
        signed = models.Signatures.of(wallet.post("signatures/signHash", body, bearer))
        run.verifier.signatures(signed.signatures, certificate, digests, sign_algorithm)


def pushed(run):
    play(run, Wallet(run), "p256-oauth", verify.ECDSA_SHA256, pushed=True, own_bearer=False)


def by_url(run):
    play(run, Wallet(run), "rsa2048-oauth", verify.RSA_SHA256, pushed=False, own_bearer=True)


def with_qualifier(run):
    """It always sends its default qualifier next to the credential; only a service that knows it says so in info."""
    user = run.sandbox.user()
    wallet = Wallet(run)
    wanted = run.sandbox.credential_id("p256-oauth")
    answer = wallet.post("credentials/info", {"credentialID": wanted}, user["serviceToken"])
    wallet.qualifier = Credential.of(answer).signatureQualifier or "eu_eidas_qes"
    play(run, wallet, "p256-oauth", verify.ECDSA_SHA256, pushed=True, own_bearer=True)


def not_hashed(run):
    """Its reading of `hash` is the data to be signed itself, hashed later: such a request must fail, not sign."""
    wallet = Wallet(run)
    wanted = run.sandbox.credential_id("p256-oauth")
    with run.step("data instead of a digest in authorization_details is refused"):
        details = wallet.details(wanted, [(b"x" * 107, "signed attributes")])
        pairs = wallet.request(None, details)
        answer = wallet.submit_form("pushed_authorize", pairs)
        require(answer.status == 400, answer.summary())
        refusal = answer.json()
        require(refusal["error"] in ("invalid_request", "invalid_authorization_details"), answer.summary())
        landing = run.browser().open(wallet.url(pairs, pushed=False))
        if not isinstance(landing, Landing):
            raise Failure(f"no redirect with an error but {landing.status}: {landing.text[:200]}")
        require(landing.params.get("error") == refusal["error"], f"the redirect says {landing.params}")


SCENARIOS = [pushed, by_url, with_qualifier, not_hashed]
WITHOUT_SIGNATURES = [not_hashed]
