"""siros-csc-client, Rust, 3469cdf (CSC v1 and 2.2).

reqwest over https only. The caller gives the whole value of the Authorization header; a `DPoP` header comes along when
a signer is set, also next to `Bearer`. serde: a member with a default may be missing but not null, and
`auth.objects` must be an array of strings, so explicit credentials of v2 with objects are beyond it.
"""

import hashlib
import json
import time
import uuid
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec

from harness import encodings, jose, models, pkce, verify
from harness.browser import walk
from harness.failure import Failure, require
from harness.strict import MISSING, Maybe, NoNulls


class SignAlgorithms(models.SignAlgorithms):
    algoParams: Maybe[list[str]] = None


class Info(models.InfoV2):
    oauth2Servers: list[models.OAuth2Server] = []
    supportsRar: bool = MISSING
    asynchronousOperationMode: bool = MISSING
    validationInfo: bool = MISSING
    signAlgorithms: SignAlgorithms


class Certificate(models.Certificate):
    status: models.CertificateStatus = MISSING
    certificates: list[str] = MISSING


class Auth(models.Auth):
    objects: list[str] = MISSING


class Credential(models.CredentialV1, models.CredentialV2):
    credentialID: str = MISSING
    description: str = MISSING
    cert: Certificate
    auth: Maybe[Auth] = None


class Refusal(NoNulls, models.Refusal):
    pass


class ProofOfPossession:
    """A DPoP signer (RFC 9449 §4): a key of its own, and a proof for each request."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": jose.public_jwk(self.key)}

    def proof(self, method, url, token):
        claims = {
            "jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time()),
            "ath": encodings.base64url(hashlib.sha256(token.encode()).digest()),
        }
        return jose.signed(self.header, claims, self.key)


class Client:
    def __init__(self, run, version, dpop=None):
        self.run = run
        self.version = version
        self.base_url = f"{run.sandbox.tls}/csc/{version}"
        self.dpop = dpop

    def post(self, path, authorization, body):
        url = self.base_url + path
        headers = [("content-type", "application/json")]
        if authorization:
            headers.append(("authorization", authorization))
            if self.dpop:
                headers.append(("dpop", self.dpop.proof("POST", url, authorization.removeprefix("Bearer "))))
        headers += [("accept", "*/*"), ("user-agent", "siros-csc-client/0.3.0")]
        return self.run.wire.send("POST", url, headers, json.dumps(body, separators=(",", ":")).encode())

    def info(self):
        return Info.of(self.post("/info", None, {}))

    def list(self, authorization, **parameters):
        return models.CredentialList.of(self.post("/credentials/list", authorization, parameters))

    def credential(self, authorization, credential_id):
        body = {"credentialID": credential_id, "certificates": "chain", "certInfo": True, "authInfo": True}
        return Credential.of(self.post("/credentials/info", authorization, body))

    def authorize(self, authorization, credential_id, digests, **factors):
        body = {
            "credentialID": credential_id, "numSignatures": len(digests),
            "hashes": [encodings.base64std(octets) for octets in digests], "hashAlgorithmOID": verify.SHA256, **factors,
        }
        return models.Authorization.of(self.post("/credentials/authorize", authorization, body))

    def sign(self, authorization, credential_id, digests, sign_algorithm, sad=None):
        hashes_sent = [encodings.base64std(octets) for octets in digests]
        if self.version == "v1":
            body = {
                "credentialID": credential_id, "hash": hashes_sent, "hashAlgo": verify.SHA256,
                "signAlgo": sign_algorithm,
            }
        else:
            body = {
                "credentialID": credential_id, "hashes": hashes_sent, "hashAlgorithmOID": verify.SHA256,
                "signAlgo": sign_algorithm,
            }
        if sad:
            body["SAD"] = sad
        return models.Signatures.of(self.post("/signatures/signHash", authorization, body)).signatures


def authorization_code(run, base, registration, scope, extra=(), code_verifier=None, **person):
    """As its end-to-end tests: reqwest's query encoding, Basic and `client_id` in the form; PKCE is the caller's."""
    redirect_uri, state = registration["redirectURIs"][0], pkce.state()
    query = [
        ("response_type", "code"), ("client_id", registration["clientID"]), ("redirect_uri", redirect_uri),
        ("scope", scope), ("state", state), *extra,
    ]
    if code_verifier:
        query += [("code_challenge", pkce.challenge(code_verifier)), ("code_challenge_method", "S256")]
    url = f"{base}/oauth2/authorize?{urlencode(query)}"
    code = walk(run.browser(), url, run.sandbox.user(), **person).code(state)
    form = [
        ("grant_type", "authorization_code"), ("code", code),
        ("client_id", registration["clientID"]), ("redirect_uri", redirect_uri),
    ]
    headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "*/*")]
    if code_verifier:
        form.append(("code_verifier", code_verifier))
    if "clientSecret" in registration:
        headers.append(("authorization", encodings.basic(registration["clientID"], registration["clientSecret"])))
    answer = run.wire.send("POST", f"{base}/oauth2/token", headers, urlencode(form).encode())
    if not 200 <= answer.status < 300:
        raise Failure(answer.summary())
    token = answer.json()
    require(isinstance(token["access_token"], str) and isinstance(token["token_type"], str), "no token or no type")
    return token


def code_flow_v1(run):
    """The service's stub flow: v1, a client without PKCE, the hash in standard base64 in the query."""
    registration, base = run.sandbox.client("legacy"), run.sandbox.tls + "/csc/v1"
    client = Client(run, "v1")
    with run.step("v1: scope service gives a Bearer"):
        token = authorization_code(run, base, registration, "service")
        require(token["token_type"] == "Bearer", f"token_type {token['token_type']}")
        bearer = f"Bearer {token['access_token']}"
    with run.step("v1: credentials/list, one at a time"):
        page, seen = client.list(bearer, maxResults=1), []
        while True:
            require(len(page.credentialIDs) == 1, f"{len(page.credentialIDs)} on a page of 1")
            seen += page.credentialIDs
            if page.nextPageToken is None:
                break
            page = client.list(bearer, maxResults=1, pageToken=page.nextPageToken)
        require(sorted(seen) == sorted(client.list(bearer).credentialIDs), "the pages are not the whole list")
    wanted = run.sandbox.credential_id("rsa2048-oauth")
    require(wanted in seen, "rsa2048-oauth is not in the list")
    with run.step("v1: credentials/info of each"):
        for credential_id in seen:
            client.credential(bearer, credential_id)
        credential = client.credential(bearer, wanted)
        require(credential.authMode == "oauth2code", f"authMode {credential.authMode}")
        require(credential.key.status == "enabled" and credential.key.len > 0, "the key is not usable")
        certificate = run.verifier.chain(credential.cert.certificates)
    octets = verify.digest(run.document())
    with run.step("v1: scope credential gives a SAD"):
        extra = [("credentialID", wanted), ("numSignatures", "1"), ("hash", encodings.base64std(octets))]
        sad = authorization_code(run, base, registration, "credential", extra, pin=run.sandbox.user()["pin"])
        require(sad["token_type"] == "SAD", f"token_type {sad['token_type']}")
    with run.step("v1: signHash with the SAD"):
        algorithm = credential.key.algo[0]
        signatures = client.sign(bearer, wanted, [octets], algorithm, sad["access_token"])
        run.verifier.signatures(signatures, certificate, [octets], algorithm, verify.SHA256)


def code_flow_v2(run):
    registration, base = run.sandbox.client("public"), run.sandbox.tls
    client = Client(run, "v2", ProofOfPossession())
    with run.step("v2: info"):
        client.info()
    with run.step("v2: scope service, list and info with a DPoP header next to the Bearer"):
        token = authorization_code(run, base, registration, "service", code_verifier=pkce.verifier())
        bearer = f"Bearer {token['access_token']}"
        wanted = run.sandbox.credential_id("p256-oauth")
        require(wanted in client.list(bearer).credentialIDs, "p256-oauth is not in the list")
        certificate = run.verifier.chain(client.credential(bearer, wanted).cert.certificates)
    digests = [verify.digest(run.document()) for _ in range(2)]
    with run.step("v2: credential token as SAD in the body, one of two signatures"):
        extra = [
            ("credentialID", wanted), ("numSignatures", "2"),
            ("hashes", ",".join(encodings.base64url(d) for d in digests)), ("hashAlgorithmOID", verify.SHA256),
        ]
        sad = authorization_code(
            run, base, registration, "credential", extra, pkce.verifier(), pin=run.sandbox.user()["pin"]
        )["access_token"]
        signatures = client.sign(bearer, wanted, digests[:1], verify.ECDSA_SHA256, sad)
        run.verifier.signatures(signatures, certificate, digests[:1], verify.ECDSA_SHA256)
    with run.step("v2: credential token as Bearer, the other one"):
        signatures = client.sign(f"Bearer {sad}", wanted, digests[1:], verify.ECDSA_SHA256)
        run.verifier.signatures(signatures, certificate, digests[1:], verify.ECDSA_SHA256)


def explicit_v1(run):
    user = run.sandbox.user()
    client, bearer = Client(run, "v1"), f"Bearer {user['serviceToken']}"
    wanted = run.sandbox.credential_id("p256-pin")
    digests = [verify.digest(run.document()) for _ in range(2)]
    with run.step("v1 explicit: info, authorize with the members of v2 and a PIN, signHash"):
        certificate = run.verifier.chain(client.credential(bearer, wanted).cert.certificates)
        sad = client.authorize(bearer, wanted, digests, PIN=user["pin"]).SAD
        signatures = client.sign(bearer, wanted, digests, verify.ECDSA_SHA256, sad)
        run.verifier.signatures(signatures, certificate, digests, verify.ECDSA_SHA256)
    with run.step("v1 explicit: a wrong PIN is an error that it reads"):
        body = {"credentialID": wanted, "numSignatures": 1, "PIN": "00000000"}
        answer = client.post("/credentials/authorize", bearer, body)
        require(Refusal.of(answer, [400]).error == "invalid_pin", answer.summary())
        client.authorize(bearer, wanted, digests, PIN=user["pin"])


def send_otp(run):
    user = run.sandbox.user()
    client, bearer = Client(run, "v1"), f"Bearer {user['serviceToken']}"
    wanted = run.sandbox.credential_id("p256-pin-sms")
    with run.step("v1 sendOTP: any success without a body"):
        before = messages(run)
        answer = client.post("/credentials/sendOTP", bearer, {"credentialID": wanted})
        require(200 <= answer.status < 300 and answer.body == b"", answer.summary())
        code = new_message(run, before, wanted)["code"]
    with run.step("v1 sendOTP: authorize with PIN and the code that came, signHash"):
        digests = [verify.digest(run.document())]
        certificate = run.verifier.chain(client.credential(bearer, wanted).cert.certificates)
        sad = client.authorize(bearer, wanted, digests, PIN=user["pin"], OTP=code).SAD
        signatures = client.sign(bearer, wanted, digests, verify.ECDSA_SHA256, sad)
        run.verifier.signatures(signatures, certificate, digests, verify.ECDSA_SHA256)


def messages(run):
    """What the sandbox's messenger has got."""
    answer = run.wire.send("GET", run.sandbox.fact("messages"), [("Accept", "application/json")])
    require(answer.status == 200, answer.summary())
    return answer.json()


def new_message(run, before, credential_id, patience=10):
    known = {message["id"] for message in before}
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        new = [m for m in messages(run) if m["id"] not in known and m["credentialID"] == credential_id]
        if new:
            return new[-1]
        time.sleep(0.1)
    raise Failure("the messenger got no code")


SCENARIOS = [explicit_v1, send_otp, code_flow_v1, code_flow_v2]
