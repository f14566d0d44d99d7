"""Setasign's SetaPDF-Signer-Addon-CSC, PHP, e8ce3f9 (CSC v0 and v1), with league/oauth2-client and its two demos.

Success is status 200 and nothing else. No PKCE; the authorization URL carries `approval_prompt=auto`, the token request
the secret in the form. Takes `credentialIDs[0]`, the first certificate and `key.algo[0]`.
"""

import hashlib
import json
import secrets
import time
from urllib.parse import quote

from cryptography import x509

from harness import encodings, jose, verify
from harness.browser import walk
from harness.failure import Failure, require
from harness.oauth_client import OAuthClient

# Digest::$encryptionOids: what a signature OID means to it. Anything else is an exception.
ALGORITHMS = {
    verify.RSA_SHA256: verify.SHA256, verify.RSA_SHA384: verify.SHA384, verify.RSA_SHA512: verify.SHA512,
    verify.ECDSA_SHA256: verify.SHA256, verify.ECDSA_SHA384: verify.SHA384, verify.ECDSA_SHA512: verify.SHA512,
}


def php_json(value):
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def php_query(pairs):
    """`http_build_query` by RFC 3986."""
    return "&".join(f"{quote(str(name), safe='-._~')}={quote(str(value), safe='-._~')}" for name, value in pairs)


class Client(OAuthClient):
    def __init__(self, run):
        super().__init__(run, "legacy")
        self.api_uri = self.base + "/csc/v1"
        self.oauth2 = None

    def call(self, path, token=None, data=None):
        headers = [("Content-Type", "application/json"), ("User-Agent", "GuzzleHttp/7")]
        if token:
            headers.append(("Authorization", f"Bearer {token}"))
        body = (php_json(data) if data else "{}").encode()
        answer = self.world.wire.send("POST", self.api_uri + path, headers, body)
        if answer.status != 200:
            raise Failure(answer.summary())
        return json.loads(answer.text)

    def oauth2_info(self):
        """A wrong suffix and the slash at the end are taken off."""
        info = self.call("/info")
        require(info.get("oauth2"), "OAuth2 isn't supported by this CSC API")
        base = info["oauth2"]
        if "/oauth2/authorize" in base:
            base = base[: -len("/oauth2/authorize")]
        self.oauth2 = base.rstrip("/")

    def authorization_url(self, options):
        """`AbstractProvider::getAuthorizationParameters`, in its order."""
        self.state = secrets.token_hex(16)
        pairs = [
            *options, ("state", self.state), ("response_type", "code"), ("approval_prompt", "auto"),
            ("redirect_uri", self.redirect_uri), ("client_id", self.client_id),
        ]
        return f"{self.oauth2}/oauth2/authorize?{php_query(pairs)}"

    def access_token(self, *grant):
        pairs = [
            ("client_id", self.client_id), ("client_secret", self.secret), ("redirect_uri", self.redirect_uri), *grant,
        ]
        headers = [("content-type", "application/x-www-form-urlencoded"), ("User-Agent", "GuzzleHttp/7")]
        answer = self.world.wire.send("POST", f"{self.oauth2}/oauth2/token", headers, php_query(pairs).encode())
        token = json.loads(answer.text)
        if token.get("error"):
            raise Failure(answer.summary())
        require(token.get("access_token"), 'Required option not passed: "access_token"')
        expires = token.get("expires_in")
        require(expires is None or isinstance(expires, int), "expires_in value must be an integer")
        return token

    def account_token(self, account):
        header = '{"alg":"HS256","typ":"JWT"}'
        claims = {
            "sub": account, "iat": int(time.time()),
            "jti": hashlib.sha256(secrets.token_bytes(16)).hexdigest(), "iss": "SetaPDF-Signer CSC API",
            "azp": self.client_id,
        }
        return jose.hs256(header, php_json(claims), hashlib.sha256(self.secret.encode()).digest())

    def log_in(self, account=None):
        """generate-token.php."""
        options = [("scope", "service")]
        if account:
            options.append(("account_token", self.account_token(account)))
        landing = walk(self.world.browser(), self.authorization_url(options), self.world.sandbox.user())
        return self.access_token(("grant_type", "authorization_code"), ("code", landing.code(self.state)))


def first_algorithm(credential):
    """`findHashAndSignAlgorithm` of `key.algo[0]`: the OID and its hash."""
    oid = credential["key"]["algo"][0]
    if oid not in ALGORITHMS:
        raise Failure(f'Unknown signature algorithm OID "{oid}"')
    return oid, ALGORITHMS[oid]


def connected(run, account=None):
    client = Client(run)
    with run.step("info, and the address of the authorization server"):
        client.oauth2_info()
    with run.step(f"generate-token.php {'with account_token' if account else 'without PKCE'}"):
        token = client.log_in(account)["access_token"]
    with run.step("credentials/list, and what it needs of the first one"):
        credential_ids = client.call("/credentials/list", token)["credentialIDs"]
        first = client.call("/credentials/info", token, info_request(credential_ids[0]))
        first_algorithm(first)
        require(first["authMode"] in ("implicit", "explicit", "oauth2code"), f"authMode {first['authMode']}")
        # Which one comes first is the service's choice; the sandbox has an expired one too.
        x509.load_der_x509_certificate(verify.strict_base64(first["cert"]["certificates"][0]))
    return client, token


def info_request(credential_id):
    return {"credentialID": credential_id, "certificates": "chain", "certInfo": True, "authInfo": True}


def explicit_demo(run):
    """demo.php, with a credential whose PIN the person types into the application."""
    client, token = connected(run, run.sandbox.user()["username"])
    for label in ("rsa2048-pin", "p384-pin"):
        credential_id = run.sandbox.credential_id(label)
        with run.step(f"demo.php, {label}: authorize and signHash"):
            credential = client.call("/credentials/info", token, info_request(credential_id))
            require(credential["PIN"]["presence"] == "true", "no PIN is asked for")
            oid, hash_algorithm = first_algorithm(credential)
            octets = verify.digest(run.document(), hash_algorithm)
            digest = encodings.base64std(octets)
            sad = client.call(
                "/credentials/authorize",
                token,
                {
                    "credentialID": credential_id, "numSignatures": 1, "hash": [digest],
                    "PIN": run.sandbox.user()["pin"],
                },
            )["SAD"]
            sign(run, client, token, credential, credential_id, sad, octets, oid, hash_algorithm)


def sign(run, client, token, credential, credential_id, sad, octets, oid, hash_algorithm):
    result = client.call(
        "/signatures/signHash",
        token,
        {
            "credentialID": credential_id, "SAD": sad, "hash": [encodings.base64std(octets)], "signAlgo": oid,
            "hashAlgo": hash_algorithm,
        },
    )
    certificate = run.verifier.chain(credential["cert"]["certificates"])
    run.verifier.signatures(result["signatures"], certificate, [octets], oid)


def oauth_demo(run):
    """async-demo.php. Its hash is standard base64, percent-encoded, where the standard says base64url."""
    client, token = connected(run)
    for label in ("rsa2048-oauth", "p256-oauth"):
        credential_id = run.sandbox.credential_id(label)
        with run.step(f"async-demo.php, {label}: scope credential, then signHash with the SAD"):
            credential = client.call("/credentials/info", token, info_request(credential_id))
            require(credential["authMode"] == "oauth2code", f"authMode {credential['authMode']}")
            oid, hash_algorithm = first_algorithm(credential)
            octets = run.digest_with_plus_and_slash(hash_algorithm)
            options = [
                ("scope", "credential"), ("credentialID", credential_id), ("hash", encodings.base64std(octets)),
                ("numSignatures", 1),
            ]
            url = client.authorization_url(options)
            landing = walk(run.browser(), url, run.sandbox.user(), pin=run.sandbox.user()["pin"])
            sad = client.access_token(("grant_type", "authorization_code"), ("code", landing.code(client.state)))
            sign(
                run, client, token, credential, credential_id, sad["access_token"], octets, oid, hash_algorithm
            )


def refresh(run):
    client = Client(run)
    with run.step("refresh_token when the access token has expired"):
        client.oauth2_info()
        first = client.log_in()
        require(first.get("refresh_token"), "no refresh token")
        second = client.access_token(("grant_type", "refresh_token"), ("refresh_token", first["refresh_token"]))
        client.call("/credentials/list", second["access_token"])


SCENARIOS = [explicit_demo, oauth_demo, refresh]
WITHOUT_SIGNATURES = [refresh]
