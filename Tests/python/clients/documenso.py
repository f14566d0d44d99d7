"""Documenso, 75330166c, packages/ee/server-only/signing/csc (CSC 1.0.4).

fetch and zod: a member that is optional may be missing, never null. OAuth through arctic, which sends the client's
credentials in a Basic header only, without `client_id` in the form. Takes ECDSA before RSA and the strongest digest of
`key.algo`. A `signHash` that takes over 15 s is sent again.
"""

import json
import secrets
import time
from datetime import datetime, timezone
from typing import Literal
from urllib.parse import urlencode

from asn1crypto import cms, tsp
from pydantic import Field

from harness import encodings, jose, models, verify
from harness.browser import walk
from harness.failure import Failure, require
from harness.oauth_client import OAuthClient
from harness.strict import MISSING, NoNulls, generalized_time

CURVES = {"1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"}
# OID, family and digest of what its registry accepts; digest-agnostic ones get SHA-256.
REGISTRY = {
    verify.RSA: ("RSA", 256), verify.PSS: ("RSA", 256), verify.RSA_SHA256: ("RSA", 256),
    verify.RSA_SHA384: ("RSA", 384), verify.RSA_SHA512: ("RSA", 512), verify.ECDSA_SHA256: ("ECDSA", 256),
    verify.ECDSA_SHA384: ("ECDSA", 384), verify.ECDSA_SHA512: ("ECDSA", 512),
}
HASH_OIDS = {256: verify.SHA256, 384: verify.SHA384, 512: verify.SHA512}
FETCH = [("accept-language", "*"), ("sec-fetch-mode", "cors"), ("user-agent", "node")]


class Info(NoNulls, models.Info):
    oauth2: str


class CredentialList(NoNulls, models.CredentialList):
    credentialIDs: list[str] = Field(min_length=1)


class Key(NoNulls, models.Key):
    pass


class Certificate(NoNulls, models.Certificate):
    pass


class PINFactor(NoNulls):
    presence: Literal["true", "false", "optional"]
    format: Literal["A", "N"] = MISSING
    label: str = MISSING
    description: str = MISSING


class OTPFactor(PINFactor):
    type: Literal["offline", "online"] = MISSING
    ID: str = MISSING
    provider: str = MISSING


class Credential(NoNulls, models.CredentialV1):
    key: Key
    cert: Certificate
    authMode: Literal["implicit", "explicit", "oauth2code"]
    PIN: PINFactor = MISSING
    OTP: OTPFactor = MISSING


class Token(NoNulls, models.Token):
    pass


class Signatures(NoNulls, models.Signatures):
    signatures: list[str] = Field(min_length=1)


class Timestamp(NoNulls):
    timestamp: str


class Refusal(NoNulls, models.Refusal):
    pass


def algorithm_choice(credential):
    """`resolveCscAlgorithmPolicy`: the OIDs that it will sign with, or a refusal of the credential."""
    certificate, key = credential.cert, credential.key
    require(certificate.status in (None, "valid"), f"certificate status {certificate.status}")
    require(certificate.validFrom and certificate.validTo, "no validity dates")
    now = datetime.now(timezone.utc)
    require(generalized_time(certificate.validFrom) <= now <= generalized_time(certificate.validTo), "not valid now")
    require(key.status == "enabled", f"key status {key.status}")
    known = [oid for oid in key.algo if oid in REGISTRY]
    require(known, f"no algorithm that it knows in {key.algo}")
    # Stable: the first among equals, as JavaScript sorts.
    oid = min(known, key=lambda o: (REGISTRY[o][0] != "ECDSA", -REGISTRY[o][1]))
    family, bits = REGISTRY[oid]
    if family == "RSA":
        require(key.len >= 2048, f"RSA with {key.len} bits")
    else:
        require(key.curve in CURVES, f"curve {key.curve}")
    return oid, HASH_OIDS[bits]


class Client(OAuthClient):
    def __init__(self, run):
        super().__init__(run, "confidential")
        self.base_url = self.base + "/csc/v1"
        self.oauth_base = None

    @staticmethod
    def join(base, path):
        return f"{base.rstrip('/')}/{path.lstrip('/')}"

    def post(self, path, body, token=None):
        headers = [("content-type", "application/json"), ("accept", "application/json")]
        if token:
            headers.append(("authorization", f"Bearer {token}"))
        data = json.dumps(body, separators=(",", ":")).encode()
        return self.world.wire.send("POST", self.join(self.base_url, path), headers + FETCH, data)

    def arctic(self, path, pairs):
        """Exactly 200 is success there; errors are read for 400 and 401."""
        body = urlencode(pairs).encode()
        headers = [
            ("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json"),
            ("user-agent", "arctic"), ("content-length", str(len(body))),
            ("authorization", encodings.basic(self.client_id, self.secret)),
        ]
        return self.world.wire.send("POST", self.join(self.oauth_base, path), headers, body)

    def authorize(self, scope, extra=(), **person):
        query = [*self.begin(), ("scope", scope), *extra]
        url = f"{self.join(self.oauth_base, 'oauth2/authorize')}?{urlencode(query)}"
        code = walk(self.world.browser(), url, self.world.sandbox.user(), **person).code(self.state)
        return Token.of(self.arctic("oauth2/token", self.redemption(code)), [200])

    def account_token(self, account):
        """CSC v1 §8.4: HS256, the key is the binary SHA-256 of the client secret."""
        claims = {
            "sub": account, "iat": int(time.time()), "jti": secrets.token_hex(16), "iss": "Documenso",
            "azp": self.client_id,
        }
        return jose.hs256({"typ": "JWT", "alg": "HS256"}, claims, verify.digest(self.secret.encode()))


def connected(run):
    """What happens when a recipient connects: info, scope service, list and info of the first credential."""
    client = Client(run)
    with run.step("info"):
        info = Info.of(client.post("info", {}))
        client.oauth_base = info.oauth2
    with run.step("scope service, Basic without client_id in the form"):
        service = client.authorize("service")
        require(service.token_type == "Bearer", f"token_type {service.token_type}")
    with run.step("credentials/list and the info of every credential"):
        listed = CredentialList.of(client.post("credentials/list", {}, service.access_token))
        credentials = {
            credential_id: credential_info(client, service, credential_id) for credential_id in listed.credentialIDs
        }
    return client, info, service, credentials


def credential_info(client, service, credential_id):
    body = {"credentialID": credential_id, "certificates": "chain", "certInfo": True}
    return Credential.of(client.post("credentials/info", body, service.access_token))


def signing(run):
    client, info, service, credentials = connected(run)
    for label, expected in (("p256-oauth", verify.ECDSA_SHA512), ("rsa2048-oauth", verify.RSA_SHA512)):
        wanted = run.sandbox.credential_id(label)
        with run.step(f"{label}: ECDSA first, strongest digest of key.algo"):
            credential = credentials[wanted]
            require(credential.authMode == "oauth2code", f"authMode {credential.authMode}")
            sign_algorithm, hash_algorithm = algorithm_choice(credential)
            require(sign_algorithm == expected, f"it would sign with {sign_algorithm}")
            certificate = run.verifier.chain(credential.cert.certificates)
        digests = [verify.digest(run.document(), hash_algorithm) for _ in range(3)]
        with run.step(f"{label}: scope credential with description, account_token and clientData gives a SAD"):
            extra = [
                ("credentialID", wanted), ("numSignatures", "3"),
                ("hash", ",".join(encodings.base64url(octets) for octets in digests)), ("description", "3 × Angebot"),
                ("account_token", client.account_token(run.sandbox.user()["username"])), ("lang", "de"),
                ("clientData", "recipient-9"),
            ]
            sad = client.authorize("credential", extra, pin=run.sandbox.user()["pin"])
            require(sad.token_type == "SAD", f"token_type {sad.token_type}")
            require(sad.refresh_token is None, "a SAD with a refresh token")
        body = {
            "credentialID": wanted, "SAD": sad.access_token,
            "hash": [encodings.base64std(octets) for octets in reversed(digests)], "signAlgo": sign_algorithm,
            "hashAlgo": hash_algorithm,
        }
        with run.step(f"{label}: signHash in another order than authorized, answered by position"):
            signed = Signatures.of(client.post("signatures/signHash", body, service.access_token))
            run.verifier.signatures(signed.signatures, certificate, digests[::-1], sign_algorithm)
        with run.step(f"{label}: the repetition after a time-out gets the same signatures"):
            again = Signatures.of(client.post("signatures/signHash", body, service.access_token))
            require(again.signatures == signed.signatures, "other signatures")


def timestamping(run):
    client, info, service, _ = connected(run)
    if "signatures/timestamp" not in info.methods:
        raise Failure("signatures/timestamp is not in methods")
    octets = verify.digest(run.document())
    for nonce in (None, secrets.token_hex(8)):
        with run.step(f"signatures/timestamp {'with' if nonce else 'without'} nonce"):
            body = {"hash": encodings.base64std(octets), "hashAlgo": verify.SHA256}
            if nonce:
                body["nonce"] = nonce
            token = Timestamp.of(client.post("signatures/timestamp", body, service.access_token)).timestamp
            content = cms.ContentInfo.load(verify.strict_base64(token), strict=True)
            require(content["content_type"].native == "signed_data", "no CMS SignedData")
            encapsulated = content["content"]["encap_content_info"]
            require(encapsulated["content_type"].native == "tst_info", "no TSTInfo")
            stamp = tsp.TSTInfo.load(encapsulated["content"].contents)
            imprint = stamp["message_imprint"]
            require(imprint["hashed_message"].native == octets, "another digest is stamped")
            require(imprint["hash_algorithm"]["algorithm"].native == "sha256", "another hash algorithm is stamped")
            require(stamp["nonce"].native == (int(nonce, 16) if nonce else None), "another nonce")


def sessions(run):
    client, _, service, _ = connected(run)
    with run.step("refresh with scope=service"):
        require(service.refresh_token, "no refresh token")
        pairs = [("grant_type", "refresh_token"), ("refresh_token", service.refresh_token), ("scope", "service")]
        second = Token.of(client.arctic("oauth2/token", pairs), [200])
        CredentialList.of(client.post("credentials/list", {}, second.access_token))
    with run.step("revoke, Basic without client_id in the form"):
        answer = client.arctic("oauth2/revoke", [("token", second.access_token)])
        require(answer.status == 204 and answer.body == b"", answer.summary())
        after = client.post("credentials/list", {}, second.access_token)
        require(after.status == 401, after.summary())
        Refusal.of(after, [401])


SCENARIOS = [signing, timestamping, sessions]
WITHOUT_SIGNATURES = [timestamping, sessions]
