"""Methics' laverca-csc-client, Java, 06d407a (CSC 1.0.4).

OkHttp and Gson: members that are null are not sent, booleans always are. An `expiresIn` of null would mean "for ever". A request whose connection fails is sent again to a second URL. The client keeps the
last SAD and uses it until `expiresIn` has passed.
"""

import json

from cryptography import x509

from harness import encodings, models, verify
from harness.failure import Failure, require
from harness.strict import Decoded

RSA_WITH_SHA256 = verify.RSA_SHA256

class Login(Decoded):
    access_token: str
    refresh_token: str
    expires_in: int


class Certificate(models.Certificate):
    certificates: list[str]


class Credential(models.CredentialV1):
    cert: Certificate


class Refusal(models.Refusal):
    error_description: str


class Client:
    def __init__(self, run, base_url, user):
        self.run = run
        self.base_url = base_url
        self.user = user
        self.access_token = None
        self.refresh_token = None
        self.authorization = None

    def headers(self, *authorization):
        return [
            *authorization, ("Content-Type", "application/json; charset=utf-8"), ("Accept-Encoding", "identity"),
            ("User-Agent", "okhttp/4.9.3"),
        ]

    def post(self, service, body, *authorization, base_url=None):
        data = json.dumps(body, separators=(",", ":")).encode()
        return self.run.wire.send("POST", (base_url or self.base_url) + service, self.headers(*authorization), data)

    def bearer(self):
        return ("Authorization", f"Bearer {self.access_token}")

    def keep(self, login):
        """What it does with every answer to a log-in: both tokens are replaced by what came."""
        self.access_token, self.refresh_token = login.access_token, login.refresh_token

    def log_in(self):
        basic = ("Authorization", encodings.basic(self.user["username"], self.user["password"]))
        self.keep(Login.of(self.post("/csc/v1/auth/login", {"rememberMe": True}, basic)))

    def refresh_log_in(self):
        body = {"refresh_token": self.refresh_token, "rememberMe": True}
        self.keep(Login.of(self.post("/csc/v1/auth/login", body)))

    def authorize(self, credential_id, hashes):
        body = {"credentialID": credential_id, "numSignatures": len(hashes), "hash": hashes}
        self.authorization = models.Authorization.of(self.post("/csc/v1/credentials/authorize", body, self.bearer()))

    def sign_request(self, credential_id, hashes):
        """Members in the order of its class."""
        return {
            "credentialID": credential_id, "SAD": self.authorization.SAD, "hash": hashes, "signAlgo": RSA_WITH_SHA256,
        }

    def sign(self, credential_id, hashes):
        return self.post("/csc/v1/signatures/signHash", self.sign_request(credential_id, hashes), self.bearer())


def logged_in(run):
    client = Client(run, run.sandbox.tls, run.sandbox.user())
    with run.step("auth/login with Basic and rememberMe"):
        client.log_in()
    return client


def sessions(run):
    client = Client(run, run.sandbox.plain, run.sandbox.user())
    with run.step("info with lang"):
        models.Info.of(client.post("/csc/v1/info", {"lang": "en"}))
    client = logged_in(run)
    with run.step("auth/login with refresh_token and rememberMe, twice in a row"):
        client.refresh_log_in()
        client.refresh_log_in()
    with run.step("credentials/list of 20 at most"):
        listed = models.CredentialList.of(client.post("/csc/v1/credentials/list", {"maxResults": 20}, client.bearer()))
        require(0 < len(listed.credentialIDs) <= 20, f"{len(listed.credentialIDs)} credentials")
    with run.step("credentials/info of each"):
        for credential_id in listed.credentialIDs:
            credential_info(client, credential_id)
    with run.step("auth/revoke, its empty answer, and the end of the token"):
        body = {"token": client.access_token, "token_type_hint": "access_token"}
        answer = client.post("/csc/v1/auth/revoke", body, client.bearer())
        require(answer.status == 204 and answer.body == b"", answer.summary())
        after = client.post("/csc/v1/credentials/list", {"maxResults": 20}, client.bearer())
        require(after.status == 401, after.summary())
        Refusal.of(after, [401])


def credential_info(client, credential_id):
    body = {"credentialID": credential_id, "certificates": "single", "certInfo": False, "authInfo": False}
    return Credential.of(client.post("/csc/v1/credentials/info", body, client.bearer()))


def signer_certificate(run, credential, label):
    """It asks for the signer's certificate alone; that must be the one that has the chain."""
    certificate = run.certificate(label)
    alone = x509.load_der_x509_certificate(verify.strict_base64(credential.cert.certificates[0]))
    require(len(credential.cert.certificates) == 1 and alone == certificate, "another certificate, or several")
    return certificate


def cached_sad(run):
    client = logged_in(run)
    credential_id = run.sandbox.credential_id("rsa2048-implicit")
    with run.step("credentials/info"):
        certificate = signer_certificate(run, credential_info(client, credential_id), "rsa2048-implicit")
    digests = [verify.digest(run.document()) for _ in range(2)]
    hashes = [encodings.base64std(octets) for octets in digests]
    with run.step("authorize without PIN, implicit, and signHash of 2"):
        client.authorize(credential_id, hashes)
        signatures = models.Signatures.of(client.sign(credential_id, hashes)).signatures
        run.verifier.signatures(signatures, certificate, digests, RSA_WITH_SHA256)
    with run.step("the kept SAD again for the same hashes: the same signatures"):
        require(models.Signatures.of(client.sign(credential_id, hashes)).signatures == signatures, "other signatures")
    with run.step("the kept SAD for other hashes: an error that tells to authorize again, and that helps"):
        others = [encodings.base64std(verify.digest(run.document()))]
        answer = client.sign(credential_id, others)
        refusal = Refusal.of(answer, [400])
        known = ("SAD expired", "Hash is not authorized by the SAD.", "Invalid parameter SAD")
        require(refusal.error == "invalid_request" and refusal.error_description in known, answer.summary())
        client.authorize(credential_id, others)
        models.Signatures.of(client.sign(credential_id, others))


def secondary_url(run):
    """The first connection breaks after the request was sent, so the service sees every request twice."""
    client = logged_in(run)
    credential_id = run.sandbox.credential_id("rsa2048-implicit")
    certificate = signer_certificate(run, credential_info(client, credential_id), "rsa2048-implicit")

    def twice(service, body, *authorization):
        data = json.dumps(body, separators=(",", ":")).encode()
        run.wire.abandon("POST", run.sandbox.plain + service, client.headers(*authorization), data)
        return client.post(service, body, *authorization)

    with run.step("a log-in sent twice"):
        basic = ("Authorization", encodings.basic(client.user["username"], client.user["password"]))
        client.keep(Login.of(twice("/csc/v1/auth/login", {"rememberMe": True}, basic)))
    octets = verify.digest(run.document())
    hashes = [encodings.base64std(octets)]
    with run.step("authorize sent twice"):
        body = {"credentialID": credential_id, "numSignatures": 1, "hash": hashes}
        client.authorization = models.Authorization.of(twice("/csc/v1/credentials/authorize", body, client.bearer()))
    with run.step("signHash sent twice signs once"):
        request = client.sign_request(credential_id, hashes)
        answer = twice("/csc/v1/signatures/signHash", request, client.bearer())
        signatures = models.Signatures.of(answer).signatures
        run.verifier.signatures(signatures, certificate, [octets], RSA_WITH_SHA256)
        # PKCS #1 v1.5 signatures of one digest are equal, so equality alone would prove nothing: nothing must be left.
        more = client.sign(credential_id, [encodings.base64std(verify.digest(run.document()))])
        if more.status != 400:
            raise Failure(f"one authorized signature became two: {more.summary()}")


SCENARIOS = [sessions, cached_sad, secondary_url]
WITHOUT_SIGNATURES = [sessions]
