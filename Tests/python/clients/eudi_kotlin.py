"""EUDI Wallet's library for the JVM and Android, eudi-lib-jvm-rqes-csc-kt 0.8.0 (CSC 2.2).

Ktor with kotlinx.serialization: pretty-printed JSON with explicit nulls; answers may have unknown members, but every
required one, of the right type. OAuth values through Nimbus, which writes `\\/` for a slash in JSON.
"""

import json
from typing import Literal
from urllib.parse import urlencode, urlsplit

from harness import encodings, models, pkce, verify
from harness.browser import walk
from harness.failure import require
from harness.oauth_client import OAuthClient
from harness.strict import Decoded, Maybe, generalized_time, x500_principal

RAR_TYPE = "https://cloudsignatureconsortium.org/2025/credential"
KNOWN_METHODS = {
    "info", "auth/login", "auth/revoke", "credentials/list", "credentials/info", "credentials/authorize",
    "credentials/authorizeCheck", "credentials/getChallenge", "credentials/sendOTP", "credentials/extendTransaction",
    "credentials/create", "credentials/delete", "signatures/signHash", "signatures/signDoc", "signatures/signPolling",
    "signatures/timestamp",
}
KTOR = [("Accept", "application/json"), ("Accept-Charset", "UTF-8"), ("User-Agent", "ktor-client")]


# ----------------------------------------------------------------------------------------------------- what it decodes


class Info(models.InfoV2):
    def check(self):
        require(self.specs == "2.2.0.0", f"specs must be 2.2.0.0, not {self.specs}")
        require(len(self.name) <= 255 and len(self.description) <= 255, "name or description is too long")
        require(urlsplit(self.logo).scheme, "logo is no URI")
        require(KNOWN_METHODS & set(self.methods), "no method that the client knows")
        places = [p for p in (self.oauth2, self.oauth2Issuer, self.oauth2Servers) if p is not None]
        require(len(places) == 1, f"{len(places)} of oauth2, oauth2Issuer and oauth2Servers")
        require({"oauth2code", "oauth2client"} & set(self.authType), "oauth2 without an OAuth authType")
        require(self.oauth2 is not None and self.oauth2.startswith("https://"), "oauth2 is no https URL")


class Digest(Decoded):
    hash: str
    label: Maybe[str] = None
    hashType: Maybe[Literal["SDR", "DTBSR", "SODR"]] = None


class AuthorizationDetail(Decoded):
    type: str
    credentialID: str
    numSignatures: int
    documentDigests: list[Digest]
    hashAlgorithmOID: str


class Token(models.Token):
    authorization_details: Maybe[list[AuthorizationDetail]] = None


class Pushed(Decoded):
    request_uri: str
    expires_in: int = 5


class Certificate(models.Certificate):
    issuerDN: str
    subjectDN: str


class Auth(models.Auth):
    objects: Maybe[list[models.AuthObject]]
    """The member must exist, though it may be null."""


class Credential(models.CredentialV2):
    cert: Certificate
    auth: Auth

    def check(self):
        for name in (self.cert.issuerDN, self.cert.subjectDN):
            x500_principal(name)
        for date in (self.cert.validFrom, self.cert.validTo):
            date is None or generalized_time(date)


class ListedCredential(Credential):
    credentialID: str


class CredentialList(models.CredentialList):
    credentialInfos: Maybe[list[ListedCredential]] = None


# ------------------------------------------------------------------------------------------------------- what it sends


def nimbus_json(value):
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


class Library(OAuthClient):
    """One configured `CSCClient`: client registration, way of authentication, use of PAR and RAR."""

    def __init__(self, run, label, authentication="none", par=True, rar=True):
        super().__init__(run, label)
        self.authentication = authentication
        self.par = par
        self.rar = rar
        self.rssp = self.base + "/csc/v2"
        self.oauth2 = None
        self.pushed = False

    def post(self, path, body, token=None):
        headers = KTOR + [("Content-Type", "application/json")]
        if token:
            headers.append(("Authorization", f"Bearer {token}"))
        return self.world.wire.send("POST", self.rssp + path, headers, json.dumps(body, indent=4).encode())

    def submit_form(self, path, pairs):
        headers = KTOR + [("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")]
        if self.authentication == "client_secret_basic":
            headers.append(("Authorization", encodings.basic(self.client_id, self.secret)))
        return self.world.wire.send("POST", self.oauth2 + path, headers, urlencode(pairs).encode())

    def client_parameters(self):
        pairs = [("client_id", self.client_id)]
        if self.authentication == "client_secret_post":
            pairs.append(("client_secret", self.secret))
        return pairs

    def info(self, language=None):
        info = Info.of(self.post("/info", {"lang": language} if language else {}))
        info.check()
        self.oauth2 = info.oauth2
        self.rar = self.rar and info.supportsRar is True
        return info

    # The authorization request: pushed, or else in the URL.

    def authorization_url(self, scope, state, verifier, subject=None):
        """Tries PAR if it is used at all, and falls back to the plain URL when that fails."""
        pairs = self.request_parameters(scope, state, verifier, subject)
        if self.par:
            answer = self.submit_form("/oauth2/pushed_authorize", pairs)
            self.pushed = 200 <= answer.status < 300
            if self.pushed:
                pushed = Pushed.of(answer)
                pairs = [("client_id", self.client_id), ("state", state), ("request_uri", pushed.request_uri)]
            else:
                models.Refusal.of(answer, range(400, 500))
        return f"{self.oauth2}/oauth2/authorize?{urlencode(pairs)}"

    def request_parameters(self, scope, state, verifier, subject):
        pairs = []
        if subject and not self.rar:
            pairs += [
                ("credentialID", subject["credentialID"]),
                ("hashes", ",".join(encodings.base64url(d) for d in subject["digests"] or [])),
                ("hashAlgorithmOID", subject["hash"] if subject["digests"] else ""),
                ("numSignatures", str(subject["numSignatures"])),
            ]
        pairs += [
            ("response_type", "code"), ("client_id", self.client_id), ("redirect_uri", self.redirect_uri),
            ("scope", scope), ("state", state), ("code_challenge", pkce.challenge(verifier)),
            ("code_challenge_method", "S256"), ("prompt", "login"),
        ]
        if subject and self.rar:
            pairs.append(("authorization_details", self.details(subject)))
        return pairs

    @staticmethod
    def details(subject):
        detail = {
            "type": RAR_TYPE,
            "numSignatures": subject["numSignatures"],
            "credentialID": subject["credentialID"],
        }
        if subject["digests"]:
            detail["documentDigests"] = [
                {"hash": encodings.base64std(octets), "label": label, "hashType": "DTBSR"}
                for octets, label in zip(subject["digests"], subject["labels"])
            ]
            detail["hashAlgorithmOID"] = subject["hash"]
        return nimbus_json([detail])

    def exchange(self, code, verifier, subject=None):
        pairs = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", self.redirect_uri),
            ("code_verifier", verifier),
        ]
        if subject and self.rar:
            pairs.append(("authorization_details", self.details(subject)))
        return Token.of(self.submit_form("/oauth2/token", pairs + self.client_parameters()))

    def authorize(self, scope, subject=None, **person):
        """Request, pages, exchange. `person`: what is typed on the consent page."""
        verifier, state = pkce.verifier(), pkce.state()
        url = self.authorization_url(scope, state, verifier, subject)
        landing = walk(self.world.browser(), url, self.world.sandbox.user(), **person)
        return self.exchange(landing.code(state), verifier, subject)

    def list(self, token):
        body = {
            "credentialInfo": True, "certificates": "chain", "certInfo": True, "authInfo": True, "onlyValid": True,
            "lang": None, "clientData": None,
        }
        return self.post("/credentials/list", body, token)

    def credential_info(self, credential_id, token):
        body = {
            "credentialID": credential_id, "certificates": "chain", "certInfo": True, "authInfo": True, "lang": None,
            "clientData": None,
        }
        credential = Credential.of(self.post("/credentials/info", body, token))
        credential.check()
        return credential

    def sign_hash(self, subject, sign_algorithm, token):
        body = {
            "credentialID": subject["credentialID"], "hashes": [encodings.base64std(d) for d in subject["digests"]],
            "hashAlgorithmOID": subject["hash"], "signAlgo": sign_algorithm, "signAlgoParams": None,
            "operationMode": "S",
        }
        return models.Signatures.of(self.post("/signatures/signHash", body, token)).signatures


# ------------------------------------------------------------------------------------------------------- the scenarios


def metadata(run):
    library = Library(run, "public")
    with run.step("info, without and with lang"):
        library.info()
        library.info("en")
        require(not library.oauth2.endswith("/"), "oauth2 with a slash at the end doubles it in every URL")
        require(library.rar, "supportsRar is not true")
    for name in ("openid-configuration", "oauth-authorization-server"):
        with run.step(f"{name} of the same issuer"):
            answer = run.wire.send("GET", f"{library.oauth2}/.well-known/{name}", KTOR)
            require(answer.status == 200, answer.summary())
            document = answer.json()
            require(document["issuer"] == library.oauth2, f"issuer is {document['issuer']}")
            require("authorization_code" in document["grant_types_supported"], "no grant authorization_code")
            for member, path in (
                ("authorization_endpoint", "authorize"),
                ("token_endpoint", "token"),
                ("pushed_authorization_request_endpoint", "pushed_authorize"),
            ):
                require(document[member] == f"{library.oauth2}/oauth2/{path}", f"{member} is {document[member]}")


def sign(run, library, how, label, hash_algorithm, sign_algorithm, number, labels, factors=("pin",)):
    """From the list of credentials to verified signatures."""
    user = run.sandbox.user()
    with run.step(f"{how}: scope service"):
        library.info()
        service = library.authorize("service")
        # It authenticates a pushed request with a Basic header or not at all.
        works = library.par and library.authentication != "client_secret_post"
        require(library.pushed == works, "PAR was refused" if works else "PAR without authentication was accepted")
    with run.step(f"{how}: credentials/list"):
        listed = CredentialList.of(library.list(service.access_token))
        for credential in listed.credentialInfos or []:
            credential.check()
        wanted = run.sandbox.credential_id(label)
        require(wanted in listed.credentialIDs, f"{label} is not in the list")
        require(wanted in {c.credentialID for c in listed.credentialInfos or []}, f"no info of {label} in the list")
    digests = [verify.digest(run.document(), hash_algorithm) for _ in range(number)]
    subject = {
        "credentialID": wanted, "digests": digests, "labels": labels, "hash": hash_algorithm, "numSignatures": number,
    }
    person = {"pin": user["pin"]} if "pin" in factors else {}
    if "otp" in factors:
        person["otp"] = run.codes.next(user["totpSecret"])
    with run.step(f"{how}: scope credential for {label}"):
        token = library.authorize("credential", subject, **person)
        for detail in token.authorization_details or []:
            require(detail.credentialID == wanted, "the answer's details name another credential")
            require(detail.numSignatures == number, f"the answer's details have numSignatures {detail.numSignatures}")
    with run.step(f"{how}: credentials/info with the credential token"):
        credential = library.credential_info(wanted, token.access_token)
        require(credential.key.status == "enabled", "the key is disabled")
        require(sign_algorithm in credential.key.algo, f"{sign_algorithm} is not in key.algo")
        limit = token.authorization_details[0].numSignatures if token.authorization_details else credential.multisign
        require(number <= limit, f"{limit} signatures are too few")
    with run.step(f"{how}: signHash of {number}"):
        signatures = library.sign_hash(subject, sign_algorithm, token.access_token)
        certificate = run.verifier.chain(credential.cert.certificates)
        run.verifier.signatures(signatures, certificate, digests, sign_algorithm)


def public_par_rar(run):
    sign(
        run, Library(run, "public"), "public, PAR, RAR", "p256-oauth", verify.SHA256, verify.ECDSA_SHA256, 2,
        ["Mietvertrag Hauptstraße 5", None],
    )


def basic_par_rar(run):
    sign(
        run, Library(run, "confidential", "client_secret_basic"), "basic, PAR, RAR", "rsa2048-oauth", verify.SHA512,
        verify.RSA_SHA512, 1, ["contract"],
    )


def par_only(run):
    sign(
        run, Library(run, "public", rar=False), "public, PAR, no RAR", "p256-oauth", verify.SHA384,
        verify.ECDSA_SHA384, 2, [None, None],
    )


def post_falls_back(run):
    sign(
        run, Library(run, "confidential", "client_secret_post", rar=False), "post, URL after PAR, no RAR", "p256-oauth",
        verify.SHA256, verify.ECDSA_SHA256, 2, [None, None],
    )


def public_url_rar(run):
    sign(
        run, Library(run, "public", par=False), "public, URL, RAR", "p256-oauth", verify.SHA256, verify.ECDSA_SHA256,
        1, ["offer"],
    )


def public_url(run):
    sign(
        run, Library(run, "public", par=False, rar=False), "public, URL, no RAR", "rsa2048-oauth", verify.SHA256,
        verify.RSA_SHA256, 3, [None] * 3,
    )


def two_factors(run):
    sign(
        run, Library(run, "public"), "PIN and OTP", "p256-oauth-otp", verify.SHA256, verify.ECDSA_SHA256, 1,
        ["power of attorney"], factors=("pin", "otp"),
    )


def client_credentials(run):
    for authentication in ("client_secret_basic", "client_secret_post"):
        library = Library(run, "confidential", authentication)
        with run.step(f"client_credentials by {authentication}"):
            library.info()
            pairs = [("grant_type", "client_credentials"), ("scope", "service")] + library.client_parameters()
            token = Token.of(library.submit_form("/oauth2/token", pairs))
        with run.step("credentials/list with it is refused in the form that the client reads"):
            answer = library.list(token.access_token)
            require(answer.status == 400, answer.summary())
            models.Refusal.of(answer, [400])


def refresh(run):
    for library in (Library(run, "public"), Library(run, "confidential", "client_secret_basic")):
        with run.step(f"refresh_token, {library.registration['label']}"):
            library.info()
            first = library.authorize("service")
            require(first.refresh_token, "no refresh token")
            pairs = library.client_parameters() + [
                ("grant_type", "refresh_token"),
                ("refresh_token", first.refresh_token),
            ]
            second = Token.of(library.submit_form("/oauth2/token", pairs))
            require(second.access_token != first.access_token, "the access token is the same")
            CredentialList.of(library.list(second.access_token))


def failures(run):
    library = Library(run, "public")
    with run.step("errors of token, PAR and API are JSON with error"):
        library.info()
        library_answers = [
            library.submit_form("/oauth2/token", [("grant_type", "authorization_code"), ("code", "x")]),
            library.submit_form("/oauth2/pushed_authorize", [("response_type", "code"), ("client_id", "nobody")]),
            library.list("unknown"),
        ]
        for answer in library_answers:
            require(answer.status in (400, 401), answer.summary())
            models.Refusal.of(answer, [400, 401])


SCENARIOS = [
    metadata, public_par_rar, basic_par_rar, par_only, post_falls_back, public_url_rar, public_url, client_credentials, refresh,
    failures, two_factors,
]
WITHOUT_SIGNATURES = [metadata, client_credentials, refresh, failures]
