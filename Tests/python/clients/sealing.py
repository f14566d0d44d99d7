"""The "sealing" client in TypeScript and the .NET client with auth/login, which speak V2 with names of V1.

The first takes a token by client_credentials with the secret in the form, follows no redirects, and sends `hash`, `hashAlgo` and
`PIN` to V2; as many signatures have to come as hashes went. The second logs in with Basic, then does the same; another of
its kind authorizes with neither hashes nor a factor, and fails at SCAL 2, as it should. Read, not run:
`csc-2.2-differences.md`, B.5.
"""

from harness import encodings, models, verify
from harness.failure import require
from harness.oauth_client import OAuthClient


def sign(run, label, token, more):
    """`more`: who the signer is, where the token does not say it."""
    wanted, user = run.sandbox.credential_id(label), run.sandbox.user()
    digests = [verify.digest(run.document()) for _ in range(2)]
    hashes = [encodings.base64std(digest) for digest in digests]
    listed = models.CredentialList.of(run.call("credentials/list", more, token))
    require(wanted in listed.credentialIDs, listed.credentialIDs)
    body = {"credentialID": wanted, "numSignatures": 2, "hash": hashes, "hashAlgo": verify.SHA256, "PIN": user["pin"]}
    answer = run.call("credentials/authorize", body, token)
    require(answer.status == 200, answer.summary())
    body = {"credentialID": wanted, "SAD": answer.json()["SAD"], "hash": hashes, "hashAlgo": verify.SHA256,
            "signAlgo": verify.ECDSA_SHA256}
    signed = models.Signatures.of(run.call("signatures/signHash", body, token))
    require(len(signed.signatures) == len(hashes), "another number of signatures")
    run.verifier.signatures(signed.signatures, run.certificate(label), digests, verify.ECDSA_SHA256)


def typescript(run):
    client = OAuthClient(run, "confidential")
    with run.step("client_credentials with the secret in the form"):
        pairs = [("grant_type", "client_credentials"), ("client_id", client.client_id), ("client_secret", client.secret),
                 ("scope", "service")]
        token = models.Token.of(client.form(f"{client.base}/oauth2/token", pairs), [200]).access_token
    with run.step("V1's names on V2"):
        sign(run, "p256-scal2", token, {"userID": run.sandbox.user()["username"]})


def log_in(run):
    user = run.sandbox.user()
    headers = [("Content-Type", "application/json"), ("Authorization", encodings.basic(user["username"], user["password"]))]
    answer = run.wire.send("POST", f"{run.sandbox.tls}/csc/v2/auth/login", headers, b'{"rememberMe":false}')
    require(answer.status == 200, answer.summary())
    return answer.json()["access_token"]


def dotnet(run):
    with run.step("auth/login on V2, then V1's names"):
        sign(run, "p256-scal2", log_in(run), {})


def dotnet_without_hashes(run):
    with run.step("neither hashes nor a factor: refused at SCAL 2, and nothing is spent"):
        body = {"credentialID": run.sandbox.credential_id("p256-scal2"), "numSignatures": 1}
        answer = run.call("credentials/authorize", body, log_in(run))
        require(answer.status == 400 and "SAD" not in answer.json(), answer.summary())


SCENARIOS = [typescript, dotnet, dotnet_without_hashes]
WITHOUT_SIGNATURES = [dotnet_without_hashes]
